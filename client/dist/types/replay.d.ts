export function contentsOf({ role, text }: {
    role: "user" | "model";
    text: string;
}): Content[];
/** The resumption handle, and each turn that it does not hold yet. */
export class Replay {
    /** @type {string | null} */
    handle: string | null;
    /** It goes on with an earlier session. */
    resumed: boolean;
    /**
     * What the visitor asked. `frame()` asks it again.
     * @param {() => Content[]} contents
     * @param {() => object} frame
     * @param {{ late?: boolean }} [options]
     */
    asked(contents: () => Content[], frame: () => object, { late }?: {
        late?: boolean;
    }): void;
    /**
     * What the model said, or what the page told it without a question.
     * @param {() => Content[]} contents
     * @param {Turn['state']} [state]
     */
    told(contents: () => Content[], state?: Turn["state"]): void;
    /** The model has begun to answer. */
    began(): void;
    /**
     * The model calls a function. Some models end their turn meanwhile, without having answered.
     * @returns {(told: boolean) => void} to be called when the function has returned, with whether the model was told its result
     */
    called(): (told: boolean) => void;
    /** The model still has to hear a result, or to say something to it. */
    get calling(): boolean;
    /** The model has said all it will say to what was asked before it began, or was interrupted. */
    answered(): void;
    /** The turn is over. A turn without any content is one to which the model chose to say nothing. */
    over(): void;
    /** What a later session is to be told; a question that was left without an answer is not asked again. @returns {Remembered[]} */
    get remembered(): Remembered[];
    /**
     * Go on with an earlier session.
     * @param {string | null} handle
     * @param {Remembered[]} turns
     */
    resume(handle: string | null, turns: Remembered[]): void;
    /** @param {string} handle */
    save(handle: string): void;
    /** True when nothing would be lost by changing the connection now. */
    get settled(): boolean;
    /** How many answers the model has begun. */
    get begun(): number;
    /** An answer is complete, but the end of its turn has not come: it holds back until all was spoken. */
    get awaitsEnd(): boolean;
    /**
     * The frames that bring a new connection up to date: answered turns are told, open ones are asked again.
     * @param {{ contextKept: boolean, recap: boolean }} options
     * @returns {{ told: object[], asked: object[] }}
     */
    frames({ contextKept, recap }: {
        contextKept: boolean;
        recap: boolean;
    }): {
        told: object[];
        asked: object[];
    };
    #private;
}
/**
 * a turn, as Gemini writes it
 */
export type Content = {
    role?: "user" | "model" | undefined;
    parts: Array<Record<string, unknown>>;
};
/**
 * A turn is `open` until the model has answered it, then `answered`, and `saved` once a later handle holds it.
 */
export type Turn = {
    contents: () => Content[];
    /**
     * asks it again
     */
    frame?: (() => object) | undefined;
    state: "open" | "answered" | "saved";
    /**
     * the number of answers begun before it
     */
    after: number;
};
/**
 * A turn as a later session is told it.
 */
export type Remembered = {
    contents: Content[];
    saved: boolean;
};
