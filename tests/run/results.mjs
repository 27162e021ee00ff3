/** Vitest reporter of `npm test`: what each test file gave, as JSON in the file that TEST_RESULTS names. */
import { writeFileSync } from 'node:fs'

/** The outermost `describe` of a test, or its own name. */
function groupOf(test) {
  let group = test
  while (group.parent.type !== 'module') group = group.parent
  return group.name
}

export default class {
  /** Errors that no test awaited belong to their file, where that is known. */
  onTestRunEnd(modules, strayErrors) {
    const strays = Map.groupBy(strayErrors, ({ VITEST_TEST_PATH }) => VITEST_TEST_PATH ?? null)
    const files = modules.map((module) => {
      const tests = [...module.children.allTests()].map((test) => ({
        group: groupOf(test),
        state: test.result().state,
        errors: test.result().errors ?? [],
      }))
      const errors = [
        ...tests.flatMap((test) => test.errors),
        ...module.errors(),
        ...(strays.get(module.moduleId) ?? []),
      ]
      strays.delete(module.moduleId)
      const count = (...states) => tests.filter(({ state }) => states.includes(state)).length
      const isGood = ['passed', 'skipped'].includes(module.state()) && errors.length === 0
      return {
        path: module.moduleId,
        isGood,
        passed: count('passed'),
        // A file may fail outside of its tests, or end in the middle of one.
        failed: count('failed', 'pending') || (isGood ? 0 : 1),
        skipped: tests.filter(({ state }) => state === 'skipped').map(({ group }) => group),
        message: errors[0]?.message ?? 'it did not end',
      }
    })
    const others = [...strays.values()].flat().map(({ message }) => message)
    writeFileSync(process.env.TEST_RESULTS, JSON.stringify({ files, others }))
  }
}
