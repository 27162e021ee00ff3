// A browser too old for the app gets words instead of a blank page. Plain old JavaScript, and no markup as text.
;(function () {
  var missing = []
  function need(name, there) {
    if (!there) missing.push(name)
  }
  need('modules', 'noModule' in document.createElement('script'))
  need('IndexedDB', 'indexedDB' in window)
  need('Promise.withResolvers', typeof Promise === 'function' && Promise.withResolvers)
  need('Map.groupBy', typeof Map === 'function' && Map.groupBy)
  need('AbortSignal.any', typeof AbortSignal === 'function' && AbortSignal.any)
  need('Array.prototype.toSorted', Array.prototype.toSorted)
  if (!missing.length) return
  var page = document.createElement('main')
  function add(tag, text) {
    var element = document.createElement(tag)
    element.appendChild(document.createTextNode(text))
    page.appendChild(element)
    return element
  }
  add('h1', 'This browser is too old for Crypto Tracker')
  add(
    'p',
    'Prices and volatility are computed on your device. That needs Chrome or Edge 121, Firefox 129, Safari 17.4, or newer.',
  )
  add('p', 'Update this browser or open this address in another one. Nothing on the server is lost.')
  add('a', 'Prices as plain text').href = '/api/v1/prices'
  add('p', 'Missing here: ' + missing.join(', '))
  page.id = 'old-browser'
  var style = page.style
  style.maxWidth = '36em'
  style.margin = '0 auto'
  style.padding = '24px 18px'
  style.fontFamily = 'sans-serif'
  style.lineHeight = '1.5'
  while (document.body.firstChild) document.body.removeChild(document.body.firstChild)
  document.body.appendChild(page)
})()
