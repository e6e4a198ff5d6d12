/** The worker of `pyodide.ts`. */

// Not a literal for `import`: only who compares has to load it.
const PYODIDE = "npm:pyodide@314.0.7";

/** The part of it that is used. */
interface Pyodide {
  runPython(code: string): unknown;
  setStdout(options: { batched: (text: string) => void }): void;
}

/** The part of the global that is used. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(data: unknown): void;
};

let said = "";
const { loadPyodide } = await import(PYODIDE) as {
  loadPyodide(): Promise<Pyodide>;
};
const pyodide = await loadPyodide();
pyodide.setStdout({ batched: (text) => said += `${text}\n` });

scope.onmessage = ({ data }) => {
  said = "";
  try {
    pyodide.runPython(data);
    scope.postMessage({ printed: said });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};
scope.postMessage({ printed: "" });
