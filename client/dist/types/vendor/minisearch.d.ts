export { I as default };
declare class I {
    static loadJSON(t: any, e: any): I;
    static loadJSONAsync(t: any, e: any): Promise<I>;
    static getDefault(t: any): any;
    static loadJS(t: any, e: any): I;
    static loadJSAsync(t: any, e: any): Promise<I>;
    static instantiateMiniSearch(t: any, e: any): I;
    constructor(t: any);
    _options: any;
    _index: F;
    _documentCount: number;
    _documentIds: Map<any, any>;
    _idToShortId: Map<any, any>;
    _fieldIds: {};
    _fieldLength: Map<any, any>;
    _avgFieldLength: any[];
    _nextId: number;
    _storedFields: Map<any, any>;
    _dirtCount: number;
    _currentVacuum: any;
    _enqueuedVacuum: any;
    _enqueuedVacuumConditions: {
        minDirtFactor: number;
        minDirtCount: number;
    };
    add(t: any): void;
    addAll(t: any): void;
    addAllAsync(t: any, e?: {}): any;
    remove(t: any): void;
    removeAll(t: any, ...args: any[]): void;
    discard(t: any): void;
    maybeAutoVacuum(): void;
    discardAll(t: any): void;
    replace(t: any): void;
    vacuum(t?: {}): any;
    conditionalVacuum(t: any, e: any): any;
    performVacuuming(t: any, e: any): Promise<void>;
    vacuumConditionsMet(t: any): boolean;
    get isVacuuming(): boolean;
    get dirtCount(): number;
    get dirtFactor(): number;
    has(t: any): boolean;
    getStoredFields(t: any): any;
    search(t: any, e?: {}): {
        id: any;
        score: number;
        terms: string[];
        queryTerms: any;
        match: any;
    }[];
    autoSuggest(t: any, e?: {}): {
        suggestion: any;
        terms: any;
        score: number;
    }[];
    get documentCount(): number;
    get termCount(): number;
    executeQuery(t: any, e?: {}): any;
    executeQuerySpec(t: any, e: any): Map<any, any>;
    executeWildcardQuery(t: any): Map<any, any>;
    combineResults(t: any, e?: string): any;
    toJSON(): {
        documentCount: number;
        nextId: number;
        documentIds: any;
        fieldIds: {};
        fieldLength: any;
        averageFieldLength: any[];
        storedFields: any;
        dirtCount: number;
        index: any[][];
        serializationVersion: number;
    };
    termResults(t: any, e: any, s: any, n: any, o: any, r: any, c: any, d: any, u?: Map<any, any>): Map<any, any>;
    addTerm(t: any, e: any, s: any): void;
    removeTerm(t: any, e: any, s: any): void;
    warnDocumentChanged(t: any, e: any, s: any): void;
    addDocumentId(t: any): number;
    addFields(t: any): void;
    addFieldLength(t: any, e: any, s: any, n: any): void;
    removeFieldLength(t: any, e: any, s: any, n: any): void;
    saveStoredFields(t: any, e: any): void;
}
declare namespace I {
    let wildcard: symbol;
}
declare class F {
    static from(t: any): F;
    static fromObject(t: any): F;
    constructor(t?: Map<any, any>, e?: string);
    _tree: Map<any, any>;
    _prefix: string;
    atPrefix(t: any): F;
    clear(): void;
    delete(t: any): void;
    entries(): E;
    forEach(t: any): void;
    fuzzyGet(t: any, e: any): Map<any, any>;
    get(t: any): any;
    has(t: any): any;
    keys(): E;
    set(t: any, e: any): this;
    get size(): number;
    _size: number | undefined;
    update(t: any, e: any): this;
    fetch(t: any, e: any): any;
    values(): E;
    [Symbol.iterator](): E;
}
declare class E {
    constructor(t: any, e: any);
    set: any;
    _type: any;
    _path: {
        node: any;
        keys: any[];
    }[];
    next(): any;
    dive(): any;
    backtrack(): void;
    key(): string;
    value(): any;
    result(): any;
    [Symbol.iterator](): this;
}
