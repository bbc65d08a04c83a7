/** The version of this package. test/cli/version.test.ts holds it to package.json. */
export const VERSION = "0.1.0";
/** The oldest Node that runs lacre. */
export const MINIMUM_NODE: readonly [major: number, minor: number] = [22, 19];
