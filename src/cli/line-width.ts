/** How long a line may be that is drawn in place. A terminal that doesn't know its width says that it has no columns. */
export function lineWidth(columns: number | undefined): number {
  return (columns || 80) - 1;
}
