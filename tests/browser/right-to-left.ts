/** What a screen in a language that is read from right to left must keep as it is. */

/**
 * Numbers whose unit or sign has come to stand on their other side, each with its text. Sentences are left out: they are
 * English here, and what begins one with a number is for its translation to say. Runs in the page.
 */
export function swapped(): string[] {
  const found = new Set<string>()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode as Text
    if (node.parentElement!.closest('p, caption, script, style, .sr-only')) continue
    const place = (index: number) => {
      const range = new Range()
      range.setStart(node, index)
      range.setEnd(node, index + 1)
      return range.getBoundingClientRect()
    }
    const inOrder = (first: number, second: number) => {
      const [left, right] = [place(first), place(second)]
      const isSeen = left.width > 0 && right.width > 0 && Math.abs(left.top - right.top) < left.height / 2
      return !isSeen || left.left < right.left
    }
    for (const { 0: text, index } of node.data.matchAll(/\d[\d.,]* ?(?=[%σ]|\p{Lu}?\p{L}+)/gu))
      if (!inOrder(index, index + text.length)) found.add(node.data.trim())
    for (const { 0: text, index } of node.data.matchAll(/[−+±≈<√] ?\d/g))
      if (!inOrder(index, index + text.length - 1)) found.add(node.data.trim())
  }
  return [...found]
}
