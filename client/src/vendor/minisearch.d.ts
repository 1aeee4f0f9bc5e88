/** What is used of MiniSearch. */
export default class MiniSearch<Document extends { id: number }> {
  constructor(options: {
    fields: string[];
    tokenize(text: string): string[];
    processTerm(term: string): string | null;
    searchOptions: {
      processTerm(term: string): string[];
      boost: Record<string, number>;
      prefix(term: string): boolean;
      fuzzy(term: string): number | false;
      maxFuzzy: number;
    };
  });
  addAll(documents: Document[]): void;
  search(query: string): Array<{ id: number; score: number }>;
}
