/** `lacre open --raw`: one token into its value, byte for byte. */
import { wipe } from "../../src/bytes.ts";
import { type Engine, type Keyring, openToken } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { printableText } from "../../src/format/index.ts";
import { parseToken } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource, STDIN } from "../files/files.ts";
import { OPEN_CODES, OPEN_SAYS, openHint } from "../keys/open-error.ts";
import { withKeyring } from "../keys/private-keys.ts";

/** The options of `lacre open` that are about one token. */
export type OpenRawOptions = {
  readonly keyFile?: readonly string[];
  readonly namespace?: string;
  readonly name?: string;
  readonly key?: string;
};

/** Runs the command. */
export async function openRaw(
  context: CommandContext,
  files: readonly string[],
  options: OpenRawOptions,
): Promise<void> {
  if (options.key === undefined) {
    throw new LacreError("USAGE", "--raw needs --key: a token is bound to the key it stands under", {
      hint: "lacre open --raw --key-file F --namespace N --name S --key K",
    });
  }
  const { key } = options;
  const engine = await context.engine();
  const token = (await readSource(context, files[0] ?? STDIN)).text.replace(/\r?\n$/, "");
  const value = await withKeyring(context, options.keyFile ?? [], (keyring) =>
    openOne(engine, keyring, token, { namespace: options.namespace ?? "", name: options.name ?? "", key }),
  );
  try {
    if (context.terminal.stdout && printableText(value) === undefined) {
      throw new LacreError("USAGE", "the value is not text, and this is a terminal", {
        hint: "redirect standard output to a file",
      });
    }
    await context.print(value);
  } finally {
    wipe(value);
  }
}

function openOne(engine: Engine, keyring: Keyring, token: string, place: Parameters<typeof openToken>[3]): Uint8Array {
  const opened = openToken(engine, keyring, token, place);
  if (opened.ok) return opened.value;
  const keyIds = parseToken(token)?.stanzas.map((stanza) => stanza.keyId) ?? [];
  throw new LacreError(OPEN_CODES[opened.reason], `standard input: ${OPEN_SAYS[opened.reason]}`, {
    hint: openHint(opened.reason, keyIds, keyring),
  });
}
