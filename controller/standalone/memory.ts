/** The inventory in memory: what is put down before and after each thing that a pass does. */
import type { Plan } from "../decide/plan.ts";
import type { Listed, SourceIndex } from "../sources/file-source.ts";
import type { Adoption } from "../targets/consent.ts";
import { type Inventory, readInventory, writeInventory } from "./inventory.ts";

/** What is known across passes and restarts. */
export class Memory {
  readonly inventory: Inventory;
  readonly #file: string;
  /** True once the inventory differs from what is on the disk. */
  #isChanged = false;

  /** TARGET_FAILED for an inventory that is damaged, or that a later version wrote. */
  constructor(file: string, source: string) {
    this.#file = file;
    this.inventory = readInventory(file, source);
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Writes it. Throws the errors of the system. */
  save(): void {
    writeInventory(this.#file, this.inventory);
    this.#isChanged = false;
  }

  /** Puts down where an object may be that is no longer where it was, and forgets that of one that was found. */
  hold(index: SourceIndex, { held, maybeIn }: Pick<Plan, "held" | "maybeIn">): void {
    const { objects } = this.inventory;
    const found = [...objects].filter(([object, record]) => record.maybeIn !== undefined && index.objects.has(object));
    for (const [object, { maybeIn: _, ...record }] of found) objects.set(object, record);
    for (const object of held) {
      const record = objects.get(object);
      if (record !== undefined) objects.set(object, { ...record, maybeIn: [...(record.maybeIn ?? []), ...maybeIn] });
    }
    this.#isChanged ||= found.length + held.length > 0;
  }

  /** Keeps the index of files for the next pass. */
  rememberFiles(index: SourceIndex): void {
    const { files, unreadable } = this.inventory;
    this.inventory.unreadable = index.unreadable;
    const isSame =
      files.size === index.files.size &&
      [...index.files].every(([path, file]) => files.get(path)?.stamp === file.stamp) &&
      unreadable?.size === index.unreadable.size &&
      [...index.unreadable].every(([path, stamp]) => unreadable.get(path) === stamp);
    if (isSame) return;
    files.clear();
    for (const [path, file] of index.files) files.set(path, file);
    this.#isChanged = true;
  }

  /**
   * Puts objects down as ours that are not there yet, before they are written: a kill in between leaves nothing that nobody owns.
   * True when there is something to save.
   */
  claim(absent: readonly Listed[]): boolean {
    const fresh = absent.filter(({ object }) => !this.inventory.objects.has(object));
    for (const { object, file, policy } of fresh)
      this.inventory.objects.set(object, { file, digest: "", fingerprint: "", policy });
    this.#isChanged ||= fresh.length > 0;
    return fresh.length > 0;
  }

  /** As with new objects: a kill in between leaves nothing of which it is not known how it was taken over. */
  claimAdopted({ object, file, policy }: Listed, adopted: Adoption | undefined): void {
    this.inventory.objects.set(object, { file, digest: "", fingerprint: "", policy, adopted });
    this.#isChanged = true;
  }

  /** The object is as it is wanted, under this stamp. */
  remember({ object, file, digest, policy }: Listed, stamp: string, adopted: Adoption | undefined): void {
    const record = { file, digest, policy, fingerprint: stamp, ...(adopted !== undefined && { adopted }) };
    this.inventory.objects.set(object, record);
    this.#isChanged = true;
  }

  forget(object: string): void {
    this.inventory.objects.delete(object);
    this.#isChanged = true;
  }
}
