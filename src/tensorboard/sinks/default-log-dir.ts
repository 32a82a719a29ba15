const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * `runs/Nov23_14-47-27_hostname` and the comment: local time, English months whatever the locale.
 * Source: `SummaryWriter.__init__` in torch/utils/tensorboard/writer.py.
 */
export function defaultLogDir(separator: string, host: string, now: Date, comment: string): string {
  const [day, hours, minutes, seconds] = [now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(
    (part) => String(part).padStart(2, '0'),
  );
  const time = `${MONTHS[now.getMonth()]}${day}_${hours}-${minutes}-${seconds}`;
  return `runs${separator}${time}_${host}${comment}`;
}
