/** What was overwritten with zeros while something ran: secrets are, before they are let go. */

/** The texts that work wiped, as they were before. */
export function wipedTexts(work: () => unknown): readonly string[] {
  const texts: string[] = [];
  const { fill } = Uint8Array.prototype;
  Object.defineProperty(Uint8Array.prototype, "fill", {
    configurable: true,
    value(this: Uint8Array, ...how: Parameters<typeof fill>) {
      if (how[0] === 0) texts.push(Buffer.from(this).toString());
      return fill.apply(this, how);
    },
  });
  try {
    work();
  } finally {
    // The method is inherited: without ours, that of all typed arrays is seen again.
    Reflect.deleteProperty(Uint8Array.prototype, "fill");
  }
  return texts;
}
