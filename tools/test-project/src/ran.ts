/** What a call of `headwater` gave. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}
