/** An overlay that several calls share. */

import { SharedOverlay } from "../../config/shared_overlay.ts";
import type { Changes, ChangeSelection, CommitResult } from "./changes.ts";

/** The sandbox's view of an overlay that it made. */
export interface OverlayUse {
  readonly sandbox: object;
  /** Reports that its contents were committed or dropped. */
  readonly settled: (states: OverlayStates) => void;
  /**
   * Runs a call on the state that earlier calls left; calls run one at a time.
   */
  readonly next: <T>(
    call: (states: OverlayStates) => Promise<readonly [T, OverlayStates]>,
  ) => Promise<T>;
}

/** Saved overlays by the guest path of their folder. */
export type OverlayStates = Readonly<Record<string, Uint8Array>>;

/** Gives the sandbox access to an overlay's internals. */
export let useOf: (overlay: SharedOverlay) => OverlayUse | undefined;

/**
 * An overlay shared by several calls: each sees what earlier calls changed,
 * across all folders granted with `overlay`. Created by
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

  /** Created by the sandbox only. */
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

  /** Everything that the calls so far have changed. */
  get changes(): Changes {
    return this.#changes ??= this.#changesOf(
      this.#states,
      () => this.#set({}),
    );
  }

  /**
   * Commits the changes once running calls have ended; then the overlay is
   * empty, and later calls start from the folders. See
   * {@linkcode Changes.commit}.
   *
   * @param selection Which changes; all by default.
   * @returns the result; conflicts are not thrown.
   * @throws {PermissionDenied} when this process may not write to the folder.
   * @throws {SandboxClosed} when the sandbox is closed.
   */
  async commit(selection?: ChangeSelection): Promise<CommitResult> {
    return await this.#queued(() => this.changes.commit(selection));
  }

  /**
   * Drops the changes once running calls have ended; then the overlay is empty.
   */
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
