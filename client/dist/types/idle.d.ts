export class IdleWatch {
    /** @param {() => void} onidle */
    constructor(onidle: () => void);
    /**
     * Something was said: begin anew.
     * @param {string | null} attribute minutes; 0 never ends, and what is no number is taken for a slip
     */
    restart(attribute: string | null): void;
    stop(): void;
    #private;
}
