/**
 * What is posted to a guest worker: only what must be cloned. Everything that
 * happens in a call goes through shared memory instead.
 */

import type { InstancePlan } from "./instance_plan.ts";
import type { ChannelBuffers, HttpBuffers } from "./shared_buffers.ts";
import type { StateImage } from "./state_image.ts";
import type { SystemGrants } from "./system_grants.ts";

/** The first message: the memory that is shared with the worker. */
export interface StartMessage {
  readonly type: "start";
  readonly stopPage: WebAssembly.Memory;
  readonly buffers: ChannelBuffers;
  /** The most bytes that a tool may answer with. */
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
}

/** Makes a module known to the worker. */
export interface ModuleMessage {
  readonly type: "module";
  /** The number that requests name it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call begins in. */
  readonly kept?: KeptState | undefined;
}

/** A state that is put back, and what copies into each memory. */
export interface KeptState {
  readonly image: StateImage | undefined;
  readonly copiers: readonly WebAssembly.Module[];
}

/** Opens a session: a module whose calls share one instance. */
export interface SessionMessage {
  readonly type: "session";
  /** The number that requests name it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly kept: KeptState;
  /** What it brings: a plan as JSON, and the bundle of its files. */
  readonly meta: string;
  readonly bundle: Uint8Array;
  /** Whether a call that fails leaves the state as it was. */
  readonly rollsBack: boolean;
}

/** Makes the worker post the state of a session. */
export interface TakeMessage {
  readonly type: "take";
  readonly id: number;
}

/** Connects the worker to the fetching worker, or to the one after it. */
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
