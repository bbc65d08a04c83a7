/** SealedSecrets with values for several environments, as text and as JSON. */

/** A manifest with one plain entry and one with a value for each environment. */
export function slottedYaml(plain: string, slots: Readonly<Record<string, string>>): string {
  const lines = Object.entries(slots).map(
    ([name, text]) => `        ${name}: # of ${name}\n          sealed: ${text}\n`,
  );
  return `# a comment\napiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  entries:\n    PLAIN:\n      sealed: ${plain}\n    SLOTTED:\n      environments:\n${lines.join("")}`;
}
