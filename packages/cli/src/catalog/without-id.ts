/** A row of the catalog for others: the number it has inside means nothing outside. */
export function withoutId<T extends object>(row: T): Omit<T, "id"> {
  const { id: _id, ...rest } = row as T & { id?: number };
  return rest;
}
