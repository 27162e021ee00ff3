/** Whether things may move: not where the system asks for stillness, nor where the reader does. For motion made in code. */
export function isStill(): boolean {
  return (
    document.documentElement.dataset.motion === 'none' ||
    matchMedia('(prefers-reduced-motion: reduce)').matches
  )
}
