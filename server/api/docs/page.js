/** Shows the OpenAPI document with Swagger UI, in the theme of the system. Runs in the browser, as it is. */
/* global SwaggerUIBundle, document, matchMedia */
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
follow()
dark.addEventListener('change', follow)

SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  // Its default asks a server of somebody else's.
  validatorUrl: null,
})
