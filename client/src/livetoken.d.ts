/** Types of livetoken.js. Guide: docs/client.md. Licence: Apache-2.0 */

export type RefusalCode =
  | 'invalid_json' | 'invalid_request' | 'caller_not_verified' | 'origin_not_allowed' | 'not_found' | 'method_not_allowed'
  | 'body_too_large' | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'misconfigured' | 'upstream_error'
  | 'upstream_busy' | 'temporarily_unavailable' | 'paused' | 'upstream_timeout';

export type ErrorCode =
  | RefusalCode
  | 'unreachable' | 'timeout' | 'bad_answer' | 'blocked_by_policy'
  | 'socket_failed' | 'setup_timeout' | 'setup_rejected' | 'model_unavailable' | 'key_rejected' | 'token_used'
  | 'token_expired' | 'quota' | 'server_fault' | 'connection_lost'
  | 'insecure_context' | 'microphone_missing' | 'microphone_denied' | 'microphone_busy' | 'microphone_lost'
  | 'audio_failed' | 'video_failed';

/** The English sentences of the errors that do not come from the function. */
export const SENTENCES: Readonly<Record<Exclude<ErrorCode, RefusalCode>, string>>;

/** Why something failed: `code` for the page, `message` for the visitor. */
export class LiveError extends Error {
  constructor(code: ErrorCode, details?: Partial<Omit<LiveError, 'code' | 'passing' | 'name'>>);
  readonly name: 'LiveError';
  readonly code: ErrorCode;
  /** Worth another try a moment later. */
  readonly passing: boolean;
  /** Of the function's refusal; it stands in the function's log. */
  readonly requestId?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Of Gemini's socket. */
  readonly closeCode?: number;
  /** Of Gemini's socket; for the owner, not for the visitor. */
  readonly reason?: string;
}

/** What the function answers. */
export interface TokenAnswer {
  token: string;
  expiresAt: string;
  newSessionExpiresAt: string;
  model: string;
  voice: string;
  prompt: string;
  apiVersion: 'v1alpha' | 'v1beta';
  websocketUrl: string;
}

type Field = string | null | undefined | (() => string | null | undefined);
type Headers = Record<string, string>;

export interface TokenOptions {
  /** The address of the livetoken function. */
  endpoint: string;
  /** Name of a prompt file. */
  prompt?: Field;
  /** One of those that the prompt file allows. */
  model?: Field;
  /** One of those that the prompt file allows. */
  voice?: Field;
  /** BCP-47, such as 'es' or 'pt-BR'. */
  lang?: Field;
  pageTitle?: Field;
  /** An address of the calling site. */
  pageUrl?: Field;
  /** At most 12 000 characters. */
  pageContent?: Field;
  /** For a function that verifies its callers. */
  headers?: Headers | (() => Headers | Promise<Headers>);
  /** Milliseconds to wait for the function; 12000. */
  timeout?: number;
}

/** Asks the function for tokens, ahead of time if wanted. */
export class Tokens {
  constructor(options: TokenOptions);
  prefetch(): Promise<TokenAnswer>;
  take(resumptionHandle?: string): Promise<TokenAnswer>;
}

export interface ToolCall {
  id: string;
  name: string;
  args: Record<string, unknown>;
}

/** A function of the page that the model may call. What it returns, or throws, is what the model hears. */
export type PageFunction = (args: any, context: { signal: AbortSignal }) => unknown;

export interface SessionOptions extends TokenOptions {
  /** Share tokens fetched ahead; the request fields are then those of `tokens`. */
  tokens?: Tokens;
  functions?: Record<string, PageFunction>;
  /** The prompt file disables voice activity detection: startTalking() and stopTalking() mark what is said. */
  pushToTalk?: boolean;
  /** 0 to 1. */
  volume?: number;
  /** Fields of BidiGenerateContentSetup that the prompt file leaves open. */
  setup?: Record<string, unknown>;
}

export type State = 'new' | 'asking' | 'listening' | 'speaking' | 'reconnecting' | 'closed' | 'failed';

export interface TranscriptEntry {
  id: number;
  role: 'user' | 'model';
  /** All of it so far. */
  text: string;
  final: boolean;
  /** The id of the entry that it belongs in front of, where it was transcribed late. */
  before?: number;
}

export interface Content {
  role?: 'user' | 'model';
  parts: Array<Record<string, unknown>>;
}

export interface SessionEvents {
  ready: CustomEvent<{ contextKept: boolean }>;
  state: CustomEvent<{ state: State }>;
  transcript: CustomEvent<TranscriptEntry>;
  /** The model's turn is over. */
  turn: CustomEvent<null>;
  interrupted: CustomEvent<null>;
  /** preventDefault() and answerTool() answer by hand. */
  toolcall: CustomEvent<ToolCall>;
  /** Gemini's usageMetadata. */
  usage: CustomEvent<Record<string, any>>;
  mute: CustomEvent<{ muted: boolean }>;
  /** `contextKept` false: the session had to start afresh and was told what had been said. */
  reconnected: CustomEvent<{ contextKept: boolean }>;
  error: CustomEvent<{ error: LiveError; fatal: boolean }>;
  /** Every message of Gemini as it came. */
  message: CustomEvent<Record<string, any>>;
}

export class Session extends EventTarget {
  constructor(options: SessionOptions);
  readonly state: State;
  /** The microphone is open; it may be muted. */
  readonly microphoneOn: boolean;
  readonly transcript: TranscriptEntry[];
  /** Loudness, 0 to 1. */
  readonly levels: { input: number; output: number };
  /** What everything spoken passes through; null before open() and after close(). */
  readonly outputNode: GainNode | null;
  muted: boolean;
  /** 0 to 1. */
  volume: number;

  open(): Promise<this>;
  close(): void;

  startMicrophone(constraints?: MediaTrackConstraints): Promise<void>;
  stopMicrophone(): void;
  startTalking(): void;
  stopTalking(): void;

  sendText(text: string): void;
  sendTurns(turns: string | Content | Content[], options?: { turnComplete?: boolean }): void;
  sendImage(picture: Blob): Promise<void>;
  startVideo(kind?: 'camera' | 'screen'): Promise<MediaStream>;
  stopVideo(): void;
  answerTool(id: string, response: Record<string, unknown>): void;

  addEventListener<Type extends keyof SessionEvents>(
    type: Type,
    listener: (this: Session, event: SessionEvents[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Type extends keyof SessionEvents>(
    type: Type,
    listener: (this: Session, event: SessionEvents[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/** Start a conversation; call it inside a click. Rejects with a LiveError. */
export function connect(options: SessionOptions): Promise<Session>;
