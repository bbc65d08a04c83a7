/** Writes docs/library.md from the types that the build makes: every public name with its comment. A test holds the page to it. */
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const TYPES = path.join(ROOT, "dist/src");

type Face = { readonly from: string; readonly file: string; readonly about: string };

/** What can be imported, by the name that it is imported by. */
const FACES: readonly Face[] = [
  {
    from: "lacre",
    file: "index.d.ts",
    about: "Runs in Node, in browsers, and wherever there is `crypto.getRandomValues`.",
  },
  { from: "lacre/node", file: "node/index.d.ts", about: "Needs Node." },
  { from: "lacre/backup", file: "backup/index.d.ts", about: "Loaded only where a backup is made or read." },
];

/** One public name: how it is declared, and what its comment says. */
export type PublicName = { readonly name: string; readonly declaration: string; readonly comment: string };

/** A comment as one line of prose. */
function prose(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}

/** The declarations of a file by name. */
function declarationsOf(text: string): ReadonlyMap<string, PublicName> {
  const found = new Map<string, PublicName>();
  const declaration =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export (?:declare )?(?:async )?(?:abstract )?(?:function|class|type|interface|const) (\w+)[\s\S]*?(?=^(?:\/\*\*|export |declare |import |\/\/#)|(?![\s\S]))/gm;
  for (const [whole, comment = "", name = ""] of text.matchAll(declaration)) {
    const code = whole
      .slice(comment.length)
      .replace(/^export (?:declare )?/, "")
      .trim();
    found.set(name, { name, declaration: code.replace(/\s*#private;\n?/, "\n"), comment: prose(comment.trim()) });
  }
  return found;
}

/** The names that a face shows, in its order. Throws for one without a declaration. */
export function namesOf(file: string): readonly PublicName[] {
  const text = fs.readFileSync(path.join(TYPES, file), "utf8");
  const own = declarationsOf(text);
  const names: PublicName[] = [];
  for (const [, list = "", from = ""] of text.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)";/g)) {
    const elsewhere = path.join(TYPES, path.dirname(file), from.replace(/\.ts$|\.js$/, ".d.ts"));
    const there = declarationsOf(fs.readFileSync(elsewhere, "utf8"));
    for (const part of list.split(",").map((one) => one.replace("type ", "").trim())) {
      if (part === "") continue;
      const one = there.get(part);
      if (one === undefined) throw new Error(`${part} is not declared in ${elsewhere}`);
      names.push(one);
    }
  }
  return [...names, ...own.values()];
}

/** The page. */
export function libraryPage(): string {
  const sections = FACES.map(({ from, file, about }) => {
    const names = namesOf(file).map(
      ({ name, declaration, comment }) => `### ${name}\n\n${comment}\n\n\`\`\`ts\n${declaration}\n\`\`\`\n`,
    );
    return `## ${from}\n\n${about}\n\n${names.join("\n")}`;
  });
  const head = `# The library

This page is made from the comments in the code by \`node tools/library-page.ts\`; [examples/library.ts](../examples/library.ts) is run by CI. What is not
here is not public, whatever can be reached. Errors are \`LacreError\`: branch on \`code\`, never on the text; [errors.md](errors.md) explains each.
`;
  return `${head}\n${sections.join("\n")}`;
}

if (process.argv[1] === import.meta.filename) fs.writeFileSync(path.join(ROOT, "docs/library.md"), libraryPage());
