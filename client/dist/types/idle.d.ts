export class IdleWatch {
    /** @param {() => void} onidle */
    constructor(onidle: () => void);
    /**
     * Something was said: begin anew.
     * @param {string | null} minutes as the attribute says it; 0 never ends
     */
    restart(minutes: string | null): void;
    stop(): void;
    #private;
}
