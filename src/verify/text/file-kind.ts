/** What a file is, by its path: which notation its lines are in, and how much a name in it can be trusted. */

/**
 * config: what programs read; a literal behind `password` is a password. code: what programs are; only a literal that
 * looks generated counts. generated: locks, maps and minified files, where names mean nothing.
 */
export type FileKind = {
  readonly trust: "config" | "code" | "generated";
  readonly notation: "yaml" | "json" | "line" | "shell" | "hcl" | "xml" | "code" | "prose" | "spaced";
};

const GENERATED =
  /(?:^|\/)(?:[\w.-]*[.-]lock(?:\.json|\.hcl|b)?|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.sum|go\.work\.sum|gradle\.lockfile|packages\.lock\.json|Pipfile\.lock|mix\.lock|Podfile\.lock|\.pnp\.c?js|\.gitleaksignore|\.gitleaks\.toml|\.secrets\.baseline|\.trivyignore|checksums?\.txt|SHA\d*SUMS?|MANIFEST\.MF|CODEOWNERS|\.lacre-baseline)$|\.(?:map|min\.js|min\.css|svg|css|scss|less|bundle\.js|chunk\.js|snap|lock|sum|po|pot|srt|vtt|csv|tsv|geojson|pem\.pub|pub|crt|cer|asc|sig|patch|diff|drawio)$/i;

const BY_EXTENSION: Readonly<Record<string, FileKind["notation"]>> = {
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  ejson: "json",
  json5: "json",
  jsonc: "json",
  jsonnet: "json",
  libsonnet: "json",
  tfstate: "json",
  webmanifest: "json",
  avsc: "json",
  code_workspace: "json",
  env: "line",
  envrc: "shell",
  properties: "line",
  ini: "line",
  cfg: "line",
  conf: "line",
  config: "line",
  cnf: "line",
  toml: "line",
  editorconfig: "line",
  service: "line",
  container: "line",
  network: "line",
  reg: "line",
  desktop: "line",
  prefs: "line",
  gradle: "code",
  ovpn: "spaced",
  tf: "hcl",
  tfvars: "hcl",
  hcl: "hcl",
  nomad: "hcl",
  tfbackend: "hcl",
  pkr: "hcl",
  sh: "shell",
  bash: "shell",
  zsh: "shell",
  fish: "shell",
  ksh: "shell",
  mk: "shell",
  ps1: "shell",
  psm1: "shell",
  psd1: "shell",
  bat: "shell",
  cmd: "shell",
  dockerfile: "shell",
  containerfile: "shell",
  xml: "xml",
  plist: "xml",
  csproj: "xml",
  props: "xml",
  targets: "xml",
  xaml: "xml",
  pubxml: "xml",
  publishsettings: "xml",
  md: "prose",
  markdown: "prose",
  mdx: "prose",
  rst: "prose",
  adoc: "prose",
  asciidoc: "prose",
  txt: "prose",
  tex: "prose",
  html: "prose",
  htm: "prose",
  log: "prose",
  netrc: "spaced",
  ipynb: "json",
};

const CODE =
  /\.(?:[cm]?[jt]sx?|py|pyi|go|rs|java|kt|kts|scala|groovy|cs|fs|vb|php|rb|erb|pl|pm|ex|exs|erl|hrl|clj|cljs|hs|ml|swift|m|mm|c|cc|cpp|cxx|h|hpp|lua|r|jl|dart|zig|nim|sol|vue|svelte|astro|sql|proto|graphql|gql|cue|rego|bicep|cr|d|jinja2?|j2|tpl|tmpl|mustache|hbs|ejs|gotmpl)$/i;
const CODE_NAMES =
  /(?:^|\/)(?:Jenkinsfile|Vagrantfile|Rakefile|Gemfile|Podfile|Fastfile|Brewfile|BUILD|WORKSPACE|Tiltfile)(?:\.\w+)?$/;
const SHELL_NAMES =
  /(?:^|\/)(?:[\w.-]*Dockerfile[\w.-]*|Containerfile|[\w.-]*[Mm]akefile|GNUmakefile|Justfile|justfile|Procfile|Earthfile|\.(?:bash|zsh|sh)rc|\.(?:bash_)?profile|\.zshenv|\.envrc|crontab)$/;
const SPACED_NAMES =
  /(?:^|\/)(?:[._]?netrc|redis(?:-[\w]+)?\.conf|sentinel\.conf|users\.acl|snmpd\.conf|ipsec\.secrets|chap-secrets|haproxy\.cfg|(?:td-agent|fluent(?:d|-bit)?)[\w.-]*\.conf|mosquitto\.conf|\.vpnrc|authinfo)$/i;
const LINE_NAMES =
  /(?:^|\/)(?:\.?env(?:\..*)?|\.[\w]*env|\.npmrc|\.yarnrc|\.pypirc|\.s3cfg|\.my\.cnf|\.boto|\.passwd-s3fs|\.dockercfg|credentials|config|\.terraformrc|terraform\.rc|\.gitconfig|\.git-credentials|\.pgpass|pgpass\.conf|\.condarc|pip\.conf|hosts|inventory|\.htpasswd|secrets?|passwords?)$/i;
const PLAIN_JSON_NAMES =
  /(?:^|\/)(?:\.dockerconfigjson|\.babelrc|\.eslintrc|\.prettierrc|\.swcrc|\.firebaserc|auth\.json)$/;
/** Templates of a configuration file are configuration with holes. */
const TEMPLATED =
  /\.(?:j2|jinja2?|tpl|tmpl|gotmpl|mustache|hbs|erb|template|example|sample|dist|default|bak|backup|old|orig|save|swp|copy|disabled|tftpl|enc|dec|local|prod|production|staging|dev)$/i;

/** Words shown to people, in any language: a `password` there is a caption. */
const CAPTIONS = /(?:^|\/)(?:i18n|l10n|locales?|translations?|lang|languages|messages|strings)(?:\/|[._-])/i;

function notationOf(path: string): FileKind["notation"] | undefined {
  if (SPACED_NAMES.test(path)) return "spaced";
  if (SHELL_NAMES.test(path)) return "shell";
  if (LINE_NAMES.test(path)) return "line";
  if (PLAIN_JSON_NAMES.test(path)) return "json";
  if (CODE_NAMES.test(path)) return "code";
  const extension = /\.([\w]+)$/.exec(path)?.[1]?.toLowerCase();
  return extension === undefined ? undefined : BY_EXTENSION[extension];
}

/** Programs say what they are within their first lines, whatever they are called. */
const LOOKS_LIKE_CODE =
  /^(?:import\s|export\s+(?:default|const|let|function|class|type|interface|abstract|async|enum|\{|\*)|from\s+\S+\s+import\s|package\s+\w|#include\s|using\s+\w|use\s+[\w:]+;|function\s+\w|(?:public|private|final)?\s*class\s+\w|(?:const|let|var)\s+\w+\s*=|def\s+\w+\(|"use strict"|<\?php|<!DOCTYPE|<html)/im;
const SHELL_SHEBANG = /^#!.*\b(?:ba|z|da|k|fi)?sh\b/;
const HEAD_CHARACTERS = 2_000;

/** The kind of a file. What nobody knows is a configuration file: those have the oddest names. */
export function fileKind(path: string, text: string): FileKind {
  if (GENERATED.test(path))
    return { trust: "generated", notation: /\.ya?ml$|Chart\.lock$/i.test(path) ? "yaml" : "line" };
  const plain = path.replace(TEMPLATED, "");
  const notation = notationOf(path) ?? (plain === path ? undefined : notationOf(plain));
  const isCode = CODE.test(plain) || CODE.test(path);
  const kind = notation === undefined ? (isCode ? CODE_KIND : kindByContent(text)) : kindByNotation(notation);
  return CAPTIONS.test(path) ? { ...kind, trust: "code" } : kind;
}

const CODE_KIND: FileKind = { trust: "code", notation: "code" };

function kindByNotation(notation: FileKind["notation"]): FileKind {
  return { trust: notation === "prose" || notation === "code" ? "code" : "config", notation };
}

function kindByContent(text: string): FileKind {
  const head = text.slice(0, HEAD_CHARACTERS);
  if (SHELL_SHEBANG.test(head)) return { trust: "config", notation: "shell" };
  if (head.startsWith("#!") || LOOKS_LIKE_CODE.test(head)) return CODE_KIND;
  if (/^\s*[{[]/.test(head)) return { trust: "config", notation: "json" };
  return { trust: "config", notation: /^(?:---|apiVersion:|kind:)/m.test(head) ? "yaml" : "line" };
}
