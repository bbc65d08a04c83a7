/** Each wrong input gives one clear line with a hint and the documented status, and loses nothing. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { type Ran, secretYaml, Workspace } from "../support/workspace.ts";

const R = ["-r", "prod.pub"];
const NOBODY = 65_534;

function expectError(ran: Ran, status: number, message: string | RegExp): void {
  expect([ran.status, ran.stdout]).toEqual([status, ""]);
  const [first, second, ...rest] = ran.stderr.trimEnd().split("\n");
  expect(first).toMatch(/^lacre: error: /);
  expect(first).toMatch(message);
  expect(second).toMatch(/^hint: ./);
  expect(rest).toEqual([]);
}

async function ready(): Promise<Workspace> {
  const workspace = await new Workspace().withKey();
  workspace.write("db.yaml", secretYaml("db", { A: "value-of-a", B: "value-of-b" }));
  await workspace.lacre(["seal", "-i", ...R, "db.yaml"]);
  return workspace;
}

describe("a file that is not what was meant", () => {
  it("has a name that no file system takes: it is told, and is no bug", async () => {
    const workspace = await ready();
    const long = `./${"x".repeat(300)}.yaml`;
    for (const command of [["inspect"], ["open", "-k", "prod.key"], ["seal", ...R], ["verify"], ["diff"]]) {
      const ran = await workspace.lacre([...command, long]);
      expect([command[0], ran.status, ran.stderr]).toEqual([command[0], 1, expect.stringContaining("cannot be read")]);
    }
    const written = await workspace.lacre(["seal", ...R, "-o", long, "db.yaml"]);
    expect([written.status, written.stderr]).toEqual([1, expect.not.stringContaining("bug in lacre")]);
  });

  const texts: readonly (readonly [string, string | Buffer, number, RegExp])[] = [
    ["an empty file", "", 1, /in\.yaml is empty/],
    ["a file of blanks", " \n\n", 1, /in\.yaml is empty/],
    ["not YAML", "a: [1\nb: 2\n", 1, /in\.yaml:\d+:\d+: /],
    ["tabs as indentation", "a:\n\tb: 1\n", 1, /in\.yaml:\d+:\d+: tabs cannot indent YAML/],
    ["not a Secret", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", 1, /holds no Secret/],
    ["plain words", "just some words\n", 1, /holds no Secret/],
    [
      "a Secret without data",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\n",
      1,
      /Secret shop\/a has no data/,
    ],
    [
      "a Secret without a name",
      "apiVersion: v1\nkind: Secret\nmetadata: {namespace: shop}\nstringData: {A: x}\n",
      1,
      /metadata\.name is missing/,
    ],
    [
      "a Secret without a namespace",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {A: x}\n",
      2,
      /needs a namespace/,
    ],
    [
      "a bad name",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: A_b, namespace: shop}\nstringData: {A: x}\n",
      1,
      /in\.yaml:3:12: metadata\.name is not/,
    ],
    [
      "a bad namespace",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: a.b}\nstringData: {A: x}\n",
      1,
      /metadata\.namespace is not/,
    ],
    [
      "a bad key",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\nstringData: {a/b: x}\n",
      1,
      /in\.yaml:4:14: a key of stringData is not valid/,
    ],
    [
      "data that is not base64",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\ndata: {A: 'hunter2!'}\n",
      1,
      /in\.yaml:4:11: data\.A is not base64/,
    ],
    [
      "a field nobody knows",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\nstringdata: {A: x}\n",
      1,
      /unknown field stringdata/,
    ],
    [
      "a Secret without apiVersion",
      "kind: Secret\nmetadata: {name: a, namespace: shop}\nstringData: {A: x}\n",
      1,
      /without apiVersion/,
    ],
    ["UTF-16", Buffer.from("\uFEFFapiVersion: v1\n", "utf16le"), 1, /is UTF-16/],
    ["bytes that are no text", Buffer.from([0x61, 0xc3, 0x28]), 1, /is not valid UTF-8/],
    [
      "a value over the limit",
      secretYaml("a", { A: "x".repeat(512 * 1024 + 1) }),
      1,
      /the value of A in Secret a is over 512 KiB/,
    ],
    [
      "values over the limit together",
      secretYaml("a", { A: "x".repeat(400_000), B: "y".repeat(400_000) }),
      1,
      /over 768 KiB together/,
    ],
  ];
  it.each(texts)("%s", async (_name, text, status, message) => {
    const workspace = await new Workspace().withKey();
    workspace.write("in.yaml", text);
    expectError(await workspace.lacre(["seal", ...R, "in.yaml"]), status, message);
    expectError(await workspace.lacre(["seal", "-i", ...R, "in.yaml"]), status, message);
    expect(Buffer.compare(fs.readFileSync(workspace.file("in.yaml")), Buffer.from(text))).toBe(0);
  });

  it("no such file, a directory, and one that may not be read", async () => {
    const workspace = await ready();
    fs.chmodSync(workspace.path, 0o755);
    workspace.write("locked.yaml", secretYaml("a", { A: "x" }), 0o000);
    expectError(await workspace.lacre(["seal", ...R, "none.yaml"]), 1, /none\.yaml: no such file/);
    expectError(await workspace.lacre(["set", "none.yaml", "A", ...R]), 1, /none\.yaml: no such file/);
    expectError(await workspace.lacre(["open", "-k", "prod.key", "none.yaml"]), 1, /no such file/);
    expectError(await workspace.lacre(["set", ".home", "A", ...R]), 1, /\.home is a directory/);
    expectError(
      await workspace.lacre(["seal", "-r", ".home"], { input: secretYaml("a", { A: "x" }) }),
      1,
      /\.home is a directory/,
    );
    expectError(
      workspace.lacreProcess(["seal", ...R, "locked.yaml"], { uid: NOBODY }),
      1,
      /locked\.yaml cannot be read/,
    );
  });

  it("errors never show what was in the file", async () => {
    const workspace = await new Workspace().withKey();
    const broken = [
      "stringData:\n  A: hunter2: x\n",
      "stringData:\n  A: 'hunter2\n",
      "stringData:\n  A: *hunter2\n",
      "stringData:\n  hunter2\n  B: x\n",
      'stringData:\n  A: "hunter2\\q"\n',
      "stringData: {A: hunter2\n",
    ];
    for (const text of broken) {
      const ran = await workspace.lacre(["seal", ...R], {
        input: `apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\n${text}`,
      });
      expect([ran.status, ran.stdout, ran.stderr.includes("hunter2")]).toEqual([1, "", false]);
    }
    const bug = await workspace.lacre(["seal", ...R], { input: "hunter2=hunter2\nhunter2\n" });
    expect(bug.stderr).not.toContain("hunter2");
  });
});

describe("a wrong key file", () => {
  it("public instead of private, private instead of public, cut, of another kind, empty", async () => {
    const workspace = await ready();
    const line = workspace.read("prod.key");
    workspace.write("cut.key", line.slice(0, 50), 0o600);
    workspace.write("kind.key", line.replace("mlkem768x25519", "rsa4096"), 0o600);
    workspace.write("public.key", workspace.read("prod.pub"), 0o600);
    workspace.write("empty.key", "", 0o600);
    const open = (file: string) => workspace.lacre(["open", "-k", file, "db.yaml"]);
    expectError(await open("public.key"), 1, /public\.key: this is a public key/);
    expectError(await open("cut.key"), 1, /cut\.key: (?:the key is cut|a private key has 32 bytes)/);
    expectError(await open("kind.key"), 1, /kind\.key: the key is of a suite/);
    expectError(await open("empty.key"), 1, /empty\.key: there is no private key in it/);
    expectError(
      await workspace.lacre(["seal", "-r", "prod.key"], { input: secretYaml("a", { A: "x" }) }),
      1,
      /prod\.key: this is a private key/,
    );
    expectError(
      await workspace.lacre(["seal", "-r", line.trim()], { input: secretYaml("a", { A: "x" }) }),
      1,
      /private key was given on the command line/,
    );
    workspace.write("cut.pub", workspace.read("prod.pub").trimEnd().slice(0, -9));
    expectError(
      await workspace.lacre(["seal", "-r", "cut.pub"], { input: secretYaml("a", { A: "x" }) }),
      1,
      /cut\.pub: /,
    );
  });

  it("a public key that is another writing of somebody's: nothing sealed for it would open", async () => {
    const workspace = await ready();
    const [prefix, suite, encoded] = workspace.read("prod.pub").trim().split(".") as [string, string, string];
    const bytes = Buffer.from(encoded, "base64url");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) | 0x80, bytes.length - 1);
    workspace.write("alias.pub", `${prefix}.${suite}.${bytes.toString("base64url")}\n`);
    const ran = await workspace.lacre(["seal", "-r", "alias.pub"], { input: secretYaml("a", { A: "x" }) });
    expectError(ran, 1, /alias\.pub: .* is another writing of the key [0-9a-f]{8}/);
  });

  it("readable by others, a symbolic link, someone else's, in a Git work tree", async () => {
    const workspace = await ready();
    const key = workspace.read("prod.key");
    const open = (file: string) => workspace.lacre(["open", "-k", file, "db.yaml"]);
    workspace.write("open.key", key, 0o644);
    fs.symlinkSync("prod.key", workspace.file("link.key"));
    workspace.write("theirs.key", key, 0o600);
    fs.chownSync(workspace.file("theirs.key"), NOBODY, NOBODY);
    expectError(await open("open.key"), 1, /open\.key can be read by others/);
    expectError(await open("link.key"), 1, /link\.key is a symbolic link/);
    expectError(await open("theirs.key"), 1, /theirs\.key belongs to someone else/);
    fs.mkdirSync(workspace.file("repo"));
    workspace.git("-C", "repo", "init", "-q");
    workspace.write("repo/in.key", key, 0o600);
    expectError(await open("repo/in.key"), 1, /repo\/in\.key lies in a Git work tree/);
    workspace.write("repo/.gitignore", "*.key\n");
    expect((await open("repo/in.key")).status).toBe(0);
    fs.rmSync(workspace.file("repo/.gitignore"));
    expectError(await workspace.lacre(["keys", "generate", "-k", "repo/new.key"]), 1, /would lie in a Git work tree/);
    expect(fs.existsSync(workspace.file("repo/new.key"))).toBe(false);
  });

  it("a key file is made 0600 whatever the umask, and never over another", async () => {
    const workspace = new Workspace();
    expect(workspace.sh("umask 000; $LACRE keys generate -k a.key > a.pub").status).toBe(0);
    expect(fs.statSync(workspace.file("a.key")).mode & 0o777).toBe(0o600);
    const before = workspace.read("a.key");
    expectError(await workspace.lacre(["keys", "generate", "-k", "a.key"]), 1, /a\.key exists already/);
    expect(workspace.read("a.key")).toBe(before);
    expect((await workspace.lacre(["keys", "public", "-k", "a.key"])).stdout).toBe(workspace.read("a.pub"));
  });
});

describe("a wrong token", () => {
  const swap = (text: string, from: string, to: string) =>
    text.replace(new RegExp(`( {4}${from}:\\n {6}sealed: )(\\S+)`), `$1${to}`);
  const tokenOf = (text: string, key: string) => new RegExp(`    ${key}:\\n      sealed: (\\S+)`).exec(text)?.[1] ?? "";

  it("cut, padded, wrapped, moved, from another key, and with a flipped character", async () => {
    const workspace = await (await ready()).withKey("other");
    const text = workspace.read("db.yaml");
    const token = tokenOf(text, "A");
    const open = async (changed: string, key = "prod.key") => {
      workspace.write("bad.yaml", changed);
      return await workspace.lacre(["open", "-k", key, "bad.yaml"]);
    };
    expectError(await open(swap(text, "A", token.slice(0, -4))), 6, /entry A: the token is cut/);
    expectError(await open(swap(text, "A", `${token}==`)), 6, /entry A: the token is cut, padded/);
    expectError(
      await open(swap(text, "A", `"${token.slice(0, 70)}\\n${token.slice(70)}"`)),
      6,
      /entry A: the token is cut/,
    );
    expectError(await open(swap(text, "A", tokenOf(text, "B"))), 6, /entry A: the token was sealed for another place/);
    expectError(
      await open(text.replace("namespace: shop", "namespace: bank")),
      6,
      /entry A \(and 1 more\): the token was sealed for another place/,
    );
    const middle = token.length - 90;
    const flipped = token.slice(0, middle) + (token[middle] === "A" ? "B" : "A") + token.slice(middle + 1);
    expectError(await open(swap(text, "A", flipped)), 6, /entry A: the token is damaged or forged/);
    expectError(await open(text, "other.key"), 5, /no key that you hold opens it/);
    expect((await open(text, "other.key")).stderr).toMatch(
      /hint: it is sealed for key [0-9a-f]{8}; you hold [0-9a-f]{8}\n/,
    );
    expectError(await workspace.lacre(["open", "db.yaml"]), 5, /opening needs a private key/);
  });
});

describe("output that cannot be written", () => {
  const onSmallDisk = (workspace: Workspace, script: string, size = "64k") =>
    workspace.sh(`unshare -m bash -c 'set -e; mkdir -p small; mount -t tmpfs -o size=${size} tmpfs small; ${script}'`);

  it("a full disk keeps the old file whole and leaves no other", async () => {
    const workspace = await ready();
    const ran = onSmallDisk(
      workspace,
      `cp db.yaml small/db.yaml; head -c 57000 /dev/zero > small/fill || true; cp small/db.yaml before.yaml
       printf value | $LACRE set small/db.yaml A -r prod.pub && exit 9 || echo status $?
       cmp small/db.yaml before.yaml && ls -A small`,
    );
    expect(ran.stdout).toBe("status 1\ndb.yaml\nfill\n");
    expect(ran.stderr).toMatch(
      /^lacre: error: .*db\.yaml.* cannot be written\nhint: the disk is full; the old file is untouched\n$/,
    );
  });

  it("a full disk in the middle of a tree changes none of its files", async () => {
    const workspace = await new Workspace().withKey();
    for (let i = 0; i < 30; i++) workspace.write(`tree/${i}.yaml`, secretYaml(`s${i}`, { A: "value" }));
    const ran = onSmallDisk(
      workspace,
      "cp -r tree small/; $LACRE seal -i -r prod.pub small/tree || echo status $?; diff -r tree small/tree && ls -A small/tree | wc -l",
      "200k",
    );
    expect(ran.stdout).toBe("status 1\n30\n");
  });

  it("/dev/full and a closed pipe end with status 1 and one line", async () => {
    const workspace = await ready();
    expect(workspace.sh("$LACRE open -k prod.key db.yaml > /dev/full").stderr).toBe(
      "lacre: error: standard output cannot be written\nhint: is the disk full?\n",
    );
    const many = Array.from({ length: 200 }, (_, index) => secretYaml(`s${index}`, { A: "x" })).join("---\n");
    workspace.write("many.yaml", many);
    const piped = workspace.sh("$LACRE seal -r prod.pub many.yaml | head -1; echo $PIPESTATUS");
    expect(piped.stdout).toBe("apiVersion: lacre.dev/v1alpha1\n1\n");
    expect(piped.stderr).toMatch(/^lacre: error: the reader of the output has gone\nhint: .*\n$/);
  });

  it("a directory that is not there, one that may not be written, and a file that is in the way", async () => {
    const workspace = await ready();
    fs.chmodSync(workspace.path, 0o755);
    fs.chmodSync(workspace.file("prod.pub"), 0o644);
    const text = secretYaml("a", { A: "x" });
    expectError(
      await workspace.lacre(["seal", ...R, "-o", "/proc/none/out.yaml"], { input: text }),
      1,
      /out\.yaml cannot be written/,
    );
    expectError(
      workspace.lacreProcess(["seal", ...R, "-o", "out.yaml"], { input: text, uid: NOBODY }),
      1,
      /out\.yaml cannot be written/,
    );
    workspace.write("plain.yaml", "mine");
    expectError(
      await workspace.lacre(["open", "-k", "prod.key", "db.yaml", "-o", "plain.yaml"]),
      1,
      /plain\.yaml exists already/,
    );
    expect(workspace.read("plain.yaml")).toBe("mine");
    expect((await workspace.lacre(["open", "-k", "prod.key", "db.yaml", "-o", "opened.yaml"])).status).toBe(0);
    expect(fs.statSync(workspace.file("opened.yaml")).mode & 0o777).toBe(0o600);
  });

  it("SIGTERM and SIGINT in the middle of a bulk seal leave every file old or new, whole, and nothing else", async () => {
    const workspace = await new Workspace().withKey();
    for (let i = 0; i < 300; i++) workspace.write(`tree/${i}.yaml`, secretYaml(`s${i}`, { A: "value" }));
    for (const [signal, delay] of [
      ["TERM", 0.12],
      ["INT", 0.2],
      ["TERM", 0.3],
    ] as const) {
      workspace.sh(`$LACRE seal -i -r prod.pub tree & pid=$!; sleep ${delay}; kill -${signal} $pid; wait $pid`);
      const names = fs.readdirSync(workspace.file("tree"));
      expect(names.filter((name) => !name.endsWith(".yaml"))).toEqual([]);
      for (const name of names)
        expect(workspace.read(`tree/${name}`)).toMatch(
          /^apiVersion: (?:v1\nkind: Secret\n[\s\S]*"value"\n|lacre\.dev[\s\S]*sealed: lacre1\.[\w-]+\n)$/,
        );
    }
  });
});

describe("a wrong command line", () => {
  const lines: readonly (readonly [readonly string[], RegExp])[] = [
    [["sael"], /unknown command 'sael'/],
    [["seal", "--recipient"], /argument missing/],
    [["seal", "--outptu", "x"], /unknown option '--outptu'/],
    [["seal", "--scope", "galaxy"], /does not take this\. Allowed choices are strict, namespace, cluster/],
    [["seal", "-i", "-o", "x", "db.yaml"], /option '-i, --in-place' cannot be used with option '-o, --output <path>'/],
    [
      ["seal", "--raw", "-i", "--key", "A", "-r", "prod.pub"],
      /option '--raw' cannot be used with option '-i, --in-place'/,
    ],
    [
      ["seal", "--raw", "-o", "x", "--key", "A", "-r", "prod.pub"],
      /option '--raw' cannot be used with option '-o, --output <path>'/,
    ],
    [["seal", "--key", "A", "db.yaml"], /--key and --from-file go with --raw/],
    [["seal", "-i"], /standard input has no place/],
    [["seal", "--json", "db.yaml"], /--json needs/],
    [["seal", "--raw", "-r", "prod.pub"], /--raw needs --key/],
    [["seal", "--raw", "-r", "prod.pub", "--key", "a/b", "--name", "x", "-n", "y"], /key "a\/b" is not valid/],
    [["seal", "--raw", "-r", "prod.pub", "--key", "a", "--name", "x", "-n", "Y"], /namespace "Y" is not valid/],
    [["seal", "-r", "prod.pub", "-n", "bank", "plain.yaml"], /is not in namespace bank/],
    [["seal", "-r", "prod.pub", "app.env"], /says no name/],
    [["set", "db.yaml"], /missing required argument/],
    [["set", "db.yaml", "a/b", "-r", "prod.pub"], /key "a\/b" is not valid/],
    [["set", "-", "A", "-r", "prod.pub"], /standard input is none/],
    [["open", "--raw", "-k", "prod.key"], /--raw needs --key/],
    [["completion", "tcsh"], /no completion for "tcsh"/],
  ];
  it.each(lines)("lacre %j is status 2", async (args, message) => {
    const workspace = await ready();
    workspace.write("plain.yaml", secretYaml("a", { A: "x" }));
    workspace.write("app.env", "A=x\n");
    expectError(await workspace.lacre(args), 2, message);
  });

  it("no key anywhere names the way to one", async () => {
    expectError(
      await new Workspace().lacre(["seal"], { input: secretYaml("a", { A: "x" }) }),
      1,
      /no public key to seal with/,
    );
  });

  it("a mistake in .lacre.yaml is shown with its place and what was meant", async () => {
    const workspace = new Workspace();
    workspace.write(".lacre.yaml", "version: 1\nenviroments:\n  prod: { keys: prod.pub }\n");
    const ran = await workspace.lacre(["seal"], { input: secretYaml("a", { A: "x" }) });
    expect(ran.stderr).toBe(
      "lacre: error: .lacre.yaml:2:1: unknown field enviroments\nhint: did you mean environments?\n",
    );
    expect(ran.status).toBe(1);
  });
});
