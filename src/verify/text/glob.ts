/** Path patterns as .gitattributes and .lacre.yaml use them. */

/** A text as the pattern that matches it alone. */
export function escapeForRegExp(text: string): string {
  return text.replace(/[.+^${}()|\\*?[\]]/g, "\\$&");
}

/** gitattributes(5): without a slash a pattern matches in every directory below base, with one it starts there. */
export function globSource(base: string, pattern: string): string {
  const body = pattern
    .replace(/^\//, "")
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      return part === "?" ? "[^/]" : escapeForRegExp(part);
    })
    .join("");
  return `^${escapeForRegExp(base)}${pattern.includes("/") ? "" : "(?:.*/)?"}${body}$`;
}

/** True when a path matches a pattern, or lies in a directory that does. */
export function matchesGlob(pattern: string, path: string): boolean {
  const plain = pattern.replace(/\/+$/, "");
  return new RegExp(globSource("", plain)).test(path) || new RegExp(globSource("", `${plain}/**`)).test(path);
}
