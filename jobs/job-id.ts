/** BullMQ refuses an id that is a whole number, so a row's job is named `row-17`. */
const JOB_ID = /^row-(\d{1,15})$/;

export function jobIdOf(row: number): string {
  return `row-${row}`;
}

export function rowOf(jobId: string): number | undefined {
  const digits = JOB_ID.exec(jobId)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
