/** `lacre keys`: the life of keys, from making them to destroying them. One row a subcommand. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { define as defineBackup } from "./keys/backup.definition.ts";
import { define as defineCompromised } from "./keys/compromised.definition.ts";
import { define as defineDestroy } from "./keys/destroy.definition.ts";
import { define as defineFetch } from "./keys/fetch.definition.ts";
import { define as defineGenerate } from "./keys/generate.definition.ts";
import { define as defineList } from "./keys/list.definition.ts";
import { define as definePin } from "./keys/pin.definition.ts";
import { define as definePublic } from "./keys/public.definition.ts";
import { define as definePublish } from "./keys/publish.definition.ts";
import { define as defineRecoveryKey } from "./keys/recovery-key.definition.ts";
import { define as defineRestore } from "./keys/restore.definition.ts";
import { define as defineRotate } from "./keys/rotate.definition.ts";

const SUBCOMMANDS = [
  defineGenerate,
  definePublic,
  definePublish,
  defineFetch,
  defineList,
  definePin,
  defineRotate,
  defineCompromised,
  defineDestroy,
  defineBackup,
  defineRestore,
  defineRecoveryKey,
] as const;

/** The command with all of its subcommands. */
export function define(context: CommandContext): Command {
  const keys = new Command("keys").description("key pairs, the signed public keys of a cluster, backups and rotation");
  for (const subcommand of SUBCOMMANDS) keys.addCommand(subcommand(context));
  return keys;
}
