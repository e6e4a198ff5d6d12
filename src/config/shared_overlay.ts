/** What options of a call take for an overlay that several calls share. */

/** An overlay that several calls share: made by `ToolSandbox.overlay()`. */
export abstract class SharedOverlay {
  /** So that nothing else is taken for one. */
  readonly #isOverlay = true;

  /** Whether a value is one. */
  static is(value: unknown): value is SharedOverlay {
    return typeof value === "object" && value !== null &&
      #isOverlay in value && value.#isOverlay;
  }
}
