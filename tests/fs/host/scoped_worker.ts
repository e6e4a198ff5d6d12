/**
 * A worker that has exactly the permissions it was started with: makes, reads,
 * lists, renames and removes in a granted directory, and answers with what
 * each import said.
 */
import { Guest, READ_WRITE } from "../../imports/wasi/guest.ts";

interface Scope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(answer: Record<string, unknown>): void;
}

/** What the worker is asked to play with. */
interface Request {
  readonly host: string;
  readonly write: boolean;
  readonly anchor?: string;
}

const scope = self as unknown as Scope;

scope.onmessage = ({ data: { host, write, anchor } }) => {
  using guest = Guest.on(host, write, anchor);
  const opened = guest.open("d/file", { rights: READ_WRITE });
  const time = guest.path("d/file");
  scope.postMessage({
    read: guest.readFile("d/file"),
    list: guest.names("d"),
    open: opened.errno,
    outside: guest.readFile("link/secret"),
    stat: guest.stat("d/file"),
    write: guest.writeFile("d/new", "new"),
    make: guest.at("path_create_directory", "d/made"),
    rename: guest.rename("d/new", "d/made/moved"),
    link: guest.link("d/made/moved", "d/linked"),
    times: guest.call("path_filestat_set_times", 3, 0, ...time, 0n, 0n, 5),
    unlink: guest.at("path_unlink_file", "d/linked"),
    symlink: guest.symlink("file", "d/symlink"),
  });
};
