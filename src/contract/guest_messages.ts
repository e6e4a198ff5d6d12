/**
 * The messages posted to a guest worker: only what must be cloned. Everything
 * during a call goes through shared memory instead.
 */

import type { InstancePlan } from "./instance_plan.ts";
import type { ChannelBuffers, HttpBuffers } from "./shared_buffers.ts";
import type { StateImage } from "./state_image.ts";
import type { SystemGrants } from "./system_grants.ts";

/** The first message: the memory shared with the worker. */
export interface StartMessage {
  readonly type: "start";
  readonly stopPage: WebAssembly.Memory;
  readonly buffers: ChannelBuffers;
  /** The size limit of a tool's result, in bytes of JSON. */
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
}

/** Registers a module with the worker. */
export interface ModuleMessage {
  readonly type: "module";
  /** The id that requests refer to it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call starts from. */
  readonly kept?: KeptState | undefined;
}

/** A state to restore, and the functions that copy into each memory. */
export interface KeptState {
  readonly image: StateImage | undefined;
  readonly copiers: readonly WebAssembly.Module[];
}

/** Opens a session: a module whose calls share one instance. */
export interface SessionMessage {
  readonly type: "session";
  /** The id that requests refer to it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly kept: KeptState;
  /** Its plan as JSON, and the bundle of its files. */
  readonly meta: string;
  readonly bundle: Uint8Array;
  /** Whether a failed call restores the previous state. */
  readonly rollsBack: boolean;
}

/** Makes the worker post the state of a session. */
export interface TakeMessage {
  readonly type: "take";
  readonly id: number;
}

/** Connects the worker to the fetching worker, or to its replacement. */
export interface HttpMessage {
  readonly type: "network";
  readonly buffers: HttpBuffers;
}

/** Makes the worker drop modules. */
export interface ForgetMessage {
  readonly type: "forget";
  readonly ids: readonly number[];
}

/** Everything that the host posts to a guest worker. */
export type GuestMessage =
  | StartMessage
  | ModuleMessage
  | ForgetMessage
  | HttpMessage
  | SessionMessage
  | TakeMessage;

/** Everything that a guest worker posts to the host. */
export type HostMessage =
  | { readonly type: "ready" | "closed" }
  | { readonly type: "taken"; readonly image: StateImage }
  | { readonly type: "not taken"; readonly reason: string };
