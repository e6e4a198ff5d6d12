/** The base class of shared overlays, for use in call options. */

/** An overlay shared by several calls, created by `ToolSandbox.overlay()`. */
export abstract class SharedOverlay {
  /** Brands the class, so that no other value passes for an overlay. */
  readonly #isOverlay = true;

  /** Whether a value is a shared overlay. */
  static is(value: unknown): value is SharedOverlay {
    return typeof value === "object" && value !== null &&
      #isOverlay in value && value.#isOverlay;
  }
}
