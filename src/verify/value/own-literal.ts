/** Text that somebody chose or made for themselves: a literal, and nobody's default. */
import { classifyValue, interpolationDefault, isMonotonous, isWeakDefault } from "./value.ts";

const DEFAULTS =
  /^(?:pass(?:word|wd)?|pwd|secret|token|postgres|root|admin|user|username|test|guest|mysql|redis|rabbitmq|xxx+|\*+|\.\.\.)$/i;

/** A literal that is nobody's default. */
export function isOwnLiteral(value: string): boolean {
  const effective = interpolationDefault(value) ?? value;
  return (
    value !== "" &&
    classifyValue(value) === "literal" &&
    !isWeakDefault(effective) &&
    !DEFAULTS.test(effective) &&
    !isMonotonous(effective.slice(0, 200))
  );
}
