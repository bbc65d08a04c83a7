/** The steps that `lacre init --ci` writes: they install lacre outside of the work tree that it judges, and only what is named by its hash. */
import { VERSION } from "../../src/version.ts";

/** The CI systems a step can be written for. */
export type CiSystem = "github" | "gitlab" | "jenkins" | "generic";

/** What a step runs. integrity: the SRI hash of the package. image: with its digest, where the system runs a container. */
export type CiPins = { readonly integrity: string; readonly image?: string };

/** One step as a file. */
export type CiStep = { readonly path: string; readonly text: string; readonly isProgram: boolean };

/** Lines of a POSIX shell, run in the work tree: nothing that is called after them is looked for there. */
export const OUTSIDE: string = `# Outside of the work tree: no program, node_modules, .npmrc or cache of it takes part in what judges it.
tree=$(pwd -P)
outside=
set -f
IFS=:
for entry in $PATH; do
  case $entry/ in "$tree"/* | "$PWD"/* | / | [!/]*) ;; *) outside=$outside:$entry ;; esac
done
unset IFS
set +f
export PATH="\${outside#:}"
`;

/**
 * What follows OUTSIDE: with LACRE_VERSION and LACRE_INTEGRITY they make the function `lacre`. Run with `set -eu`. action.yml
 * and deploy/pre-commit.sh have the same lines.
 */
export const INSTALL: string = `away=$(mktemp -d "\${RUNNER_TEMP:-\${TMPDIR:-/tmp}}/lacre.XXXXXXXX")
away=$(cd "$away" && pwd -P)
trap 'rm -rf "$away"' EXIT
case $away/ in "$tree"/*) echo "lacre: error: TMPDIR lies in the work tree" >&2; exit 1 ;; esac
case \${HOME:-}/ in "$tree"/*) export HOME="$away" ;; esac
export XDG_CACHE_HOME="$away/cache" npm_config_cache="$away/npm"
cd "$away"
echo '{}' > package.json
npm pack --loglevel=error --ignore-scripts "lacre@$LACRE_VERSION" > packed
# Nothing is unpacked, and nothing of it runs, before it is known to be what is named here.
node -e '
  const [file, wanted] = process.argv.slice(1);
  const bytes = require("node:fs").readFileSync(file);
  const found = "sha512-" + require("node:crypto").createHash("sha512").update(bytes).digest("base64");
  if (found === wanted) process.exit(0);
  console.error("lacre: error: " + file + " is " + found + ", and LACRE_INTEGRITY is " + (wanted || "empty"));
  process.exit(1);
' "lacre-$LACRE_VERSION.tgz" "$LACRE_INTEGRITY"
npm install --loglevel=error --offline --ignore-scripts --no-audit --no-fund "./lacre-$LACRE_VERSION.tgz" > installed
node=$(node -p process.execPath)
cd "$tree"
lacre() { "$node" "$away/node_modules/lacre/dist/cli/main.cjs" "$@"; }
`;

/** The step for a system. */
export function ciStep(system: CiSystem, { integrity, image = "" }: CiPins): CiStep {
  const pins = `LACRE_VERSION=${VERSION}\nLACRE_INTEGRITY=${integrity}\n`;
  const script = (verify: string) => `set -eu\n${pins}${OUTSIDE}${INSTALL}${verify}`;
  const step = STEPS[system];
  return { path: step.path, text: step.text(script, image), isProgram: system === "generic" };
}

type Script = (verify: string) => string;

const indented = (text: string, width: number) => text.trimEnd().replace(/^(?=.)/gm, " ".repeat(width));

const STEPS: Readonly<
  Record<CiSystem, { readonly path: string; readonly text: (script: Script, image: string) => string }>
> = {
  github: {
    path: ".github/workflows/lacre.yml",
    text: (script) => `name: lacre
on: [push, pull_request]
permissions:
  contents: read
jobs:
  verify:
    runs-on: ubuntu-latest
    steps:
      # Before the checkout, while there is no file that could say which Node, or have a package manager run.
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 24
          package-manager-cache: false
      - uses: actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd # v5.0.1
        with:
          fetch-depth: 0
          persist-credentials: false
      - shell: bash
        env:
          BASE: \${{ github.base_ref }}
        run: |
${indented(
  script(`lacre verify --format github
if [ -n "$BASE" ]; then lacre verify --format github --no-new-allowances --range "origin/$BASE...HEAD"; fi
`),
  10,
)}
`,
  },
  gitlab: {
    path: ".gitlab/lacre.yml",
    text: (script, image) => `# In .gitlab-ci.yml:  include: { local: .gitlab/lacre.yml }
lacre-verify:
  image: ${image}
  variables:
    GIT_DEPTH: "0"
  script:
    - |
${indented(
  script(`lacre verify --format junit --output lacre.xml
base=\${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}
if [ -n "$base" ]; then lacre verify --no-new-allowances --range "$base...HEAD"; fi
`),
  6,
)}
  artifacts:
    when: always
    reports:
      junit: lacre.xml
`,
  },
  jenkins: {
    path: "ci/lacre.Jenkinsfile",
    text: (script, image) => `// A stage for your Jenkinsfile.
stage('lacre verify') {
  agent { docker { image '${image}' } }
  steps {
    sh '''
${indented(script("lacre verify --format junit --output lacre.xml\n"), 6)}
    '''
  }
  post { always { junit 'lacre.xml' } }
}
`,
  },
  generic: { path: "ci/lacre-verify.sh", text: (script) => `#!/bin/sh\n${script("lacre verify\n")}` },
};
