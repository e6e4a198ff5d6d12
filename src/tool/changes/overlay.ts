/** An overlay that several calls share. */

import { SharedOverlay } from "../../config/shared_overlay.ts";
import type { Changes, ChangeSelection, CommitResult } from "./changes.ts";

/** What an overlay is to the sandbox that made it. */
export interface OverlayUse {
  readonly sandbox: object;
  /** Says that what it held was committed or dropped. */
  readonly settled: (states: OverlayStates) => void;
  /** Does a call with what earlier ones left; calls come one by one. */
  readonly next: <T>(
    call: (states: OverlayStates) => Promise<readonly [T, OverlayStates]>,
  ) => Promise<T>;
}

/** Saved overlays by the guest's name of their folder. */
export type OverlayStates = Readonly<Record<string, Uint8Array>>;

/** Takes an overlay's inside, which is the sandbox's alone. */
export let useOf: (overlay: SharedOverlay) => OverlayUse | undefined;

/**
 * An overlay that several calls share: each sees what the ones before changed,
 * over all folders that are granted with `overlay`. Made by
 * {@linkcode ToolSandbox.overlay}.
 */
export class Overlay extends SharedOverlay {
  readonly #use: OverlayUse;
  readonly #changesOf: (
    states: OverlayStates,
    onSettled: () => void,
  ) => Changes;
  #states: OverlayStates = {};
  #last: Promise<unknown> = Promise.resolve();
  #changes: Changes | undefined;

  static {
    useOf = (overlay) => overlay instanceof Overlay ? overlay.#use : undefined;
  }

  /** Made by the sandbox. */
  constructor(
    sandbox: object,
    changesOf: (states: OverlayStates, onSettled: () => void) => Changes,
  ) {
    super();
    this.#changesOf = changesOf;
    this.#use = {
      sandbox,
      settled: (states) => {
        if (this.#states === states) this.#set({});
      },
      next: (call) => this.#next(call),
    };
  }

  /** All that the calls so far have changed together. */
  get changes(): Changes {
    return this.#changes ??= this.#changesOf(
      this.#states,
      () => this.#set({}),
    );
  }

  /**
   * Carries the changes out, after the calls that run; then it is empty, and
   * further calls start from the folders. See {@linkcode Changes.commit}.
   *
   * @param selection Which changes; all by default.
   * @returns the result; conflicts are not thrown.
   * @throws {PermissionDenied} when this process may not write to the folder.
   * @throws {SandboxClosed} when the sandbox is closed.
   */
  async commit(selection?: ChangeSelection): Promise<CommitResult> {
    return await this.#queued(() => this.changes.commit(selection));
  }

  /** Forgets the changes, after the calls that run; then it is empty. */
  async drop(): Promise<void> {
    await this.#queued(() => Promise.resolve(this.changes.drop()));
  }

  async #next<T>(
    call: (states: OverlayStates) => Promise<readonly [T, OverlayStates]>,
  ): Promise<T> {
    return await this.#queued(async () => {
      const [result, states] = await call(this.#states);
      this.#set(states);
      return result;
    });
  }

  #set(states: OverlayStates): void {
    this.#states = states;
    this.#changes = undefined;
  }

  #queued<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => {});
    return done;
  }
}
