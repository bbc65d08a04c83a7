/** The oldest Node that runs lacre. test/package.test.ts holds it to package.json. */
export const MINIMUM_NODE: readonly [major: number, minor: number] = [22, 19];
