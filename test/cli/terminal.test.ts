/** What only a terminal shows: the hidden prompt and progress. `script` gives the command a terminal of its own. */
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

describe("on a terminal", () => {
  it("a value is asked for and never shown", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "old" }));
    await workspace.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"]);
    const screen = await workspace.onTerminal("$LACRE set db.yaml A -r prod.pub", ["(hidden): ", "hunterX\b2\r"]);
    expect(screen).toContain("Value of A (hidden):");
    expect(screen).not.toContain("hunter");
    expect(screen).toContain("sealed A in db.yaml");
    expect((await workspace.lacre(["open", "-k", "prod.key", "db.yaml"])).stdout).toContain("A: hunter2\n");
  });

  it("a paste of several lines is taken whole where the terminal marks it, and else refused to its last line", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "old" }));
    await workspace.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"]);
    const before = workspace.read("db.yaml");
    const paste = (typed: string) =>
      workspace.onTerminal("$LACRE set db.yaml A -r prod.pub; cat < /dev/null", ["(hidden): ", typed]);
    const refused = await paste("-----BEGIN KEY-----\rhunter\r-----END KEY-----\r");
    expect(refused).toContain("several lines were pasted");
    expect(refused).toContain("--from-file FILE");
    expect(refused).not.toContain("hunter");
    expect(workspace.read("db.yaml")).toBe(before);
    const taken = await paste("\x1b[200~-----BEGIN KEY-----\rhunter\r\x1b[201~\r");
    expect(taken).toContain("sealed A in db.yaml");
    expect(taken).not.toContain("hunter");
    const opened = await workspace.lacre(["open", "-k", "prod.key", "--format", "json", "db.yaml"]);
    expect(JSON.parse(opened.stdout).stringData.A).toBe("-----BEGIN KEY-----\nhunter\n");
  });

  it("Ctrl-C and Ctrl-D at the prompt change nothing, and end as they do elsewhere", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "old" }));
    await workspace.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"]);
    const before = workspace.read("db.yaml");
    for (const [typed, status] of [
      ["hunter\x03", 130],
      ["\x04", 1],
    ] as const) {
      const line = "trap : INT; $LACRE set db.yaml A -r prod.pub; echo ended $?";
      const screen = await workspace.onTerminal(line, ["(hidden): ", typed]);
      expect(screen).not.toContain("hunter");
      expect(screen).toContain(`ended ${status}\r\n`);
      expect(workspace.read("db.yaml")).toBe(before);
    }
  });

  it("init asks for the hash of its CI step, and writes nothing for another word", async () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    const integrity = `sha512-${"A".repeat(86)}==`;
    const init = (typed: string) => workspace.onTerminal("$LACRE init --ci generic", ["(sha512-...): ", typed]);
    expect(await init("latest\r")).toContain("only by its SRI hash");
    expect(await init("\x04")).toContain("only by its SRI hash");
    expect(workspace.git("status", "--short").stdout).not.toContain("ci/");
    const screen = await init(`${integrity}\r`);
    expect(screen).toContain("SRI hash of lacre");
    expect(workspace.read("ci/lacre-verify.sh")).toContain(`LACRE_INTEGRITY=${integrity}\n`);
  });

  it("a backup's passphrase is asked for twice, hidden, and two that differ write nothing", async () => {
    const workspace = new Workspace();
    await workspace.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.key"]);
    const backup = "$LACRE keys backup -k prod.key --passphrase -o b.age";
    const typed = (one: string, two: string) =>
      workspace.onTerminal(backup, ["(hidden): ", `${one}\r`], ["Once more: ", `${two}\r`]);
    const differing = await typed("correct horse battery", "correct horse batterie");
    expect(differing).toContain("the two passphrases are not the same");
    const screen = await typed("correct horse battery", "correct horse battery");
    expect(screen).toContain("Passphrase of the backup (hidden):");
    expect(screen).not.toContain("horse");
    const restored = await workspace.onTerminal("$LACRE keys restore b.age -k new.key", [
      "(hidden): ",
      "correct horse battery\r",
    ]);
    expect(restored).toContain("restored prod to new.key");
    expect(restored).not.toContain("horse");
  });

  it("bulk work shows progress there, and nothing of it in a pipe", async () => {
    const workspace = await new Workspace().withKey();
    for (let i = 0; i < 60; i++) workspace.write(`tree/${i}.yaml`, secretYaml(`s${i}`, { A: "value" }));
    workspace.sh("cp -r tree again");
    expect(await workspace.onTerminal("$LACRE seal -i -r prod.pub tree")).toContain("sealing: 50 of 60 files");
    const piped = await workspace.lacre(["seal", "-i", "-r", "prod.pub", "again"]);
    expect(piped.stderr).toBe("sealed 60 values of 60 Secrets (0 unchanged): 60 files\n");
  });

  it("bytes that are no text do not go to a terminal", async () => {
    const workspace = await new Workspace().withKey();
    const place = "-n shop --name db --key BLOB";
    workspace.sh(`printf '\\001\\377' | $LACRE seal --raw -r prod.pub ${place} > token.txt`);
    const screen = await workspace.onTerminal(`$LACRE open --raw -k prod.key ${place} token.txt`);
    expect(screen).toContain("the value is not text, and this is a terminal");
  });
});
