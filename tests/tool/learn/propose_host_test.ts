import { assertEquals } from "@std/assert";
import { ExecutionFailed, learn, type SandboxConfig } from "../../../mod.ts";
import { noRecord } from "../../../src/tool/call_record.ts";
import { failed } from "../../../src/tool/call_result.ts";
import { proposeHost } from "../../../src/tool/learn/propose_host.ts";

function denied(url: string, host = "x") {
  return { url, reason: `Host "${host}" is not granted` };
}

/** The host that is proposed, or why there is none. */
function proposed(url: string): string {
  const found = proposeHost(denied(url));
  return "why" in found ? found.why : found.host;
}

Deno.test("proposeHost proposes one host, with a port that is not usual", () => {
  assertEquals(proposed("https://api.weather.com/v1?q=1"), "api.weather.com");
  assertEquals(proposed("http://a.org:8080/"), "a.org:8080");
  assertEquals(proposed(`https://a.org/${"x".repeat(10)}…`), "a.org");
});

Deno.test("proposeHost proposes no address, private name or secret", () => {
  for (
    const url of [
      "http://127.0.0.1/",
      "http://2130706433/",
      "http://0x7f.1/",
      "http://10.0.0.1:8080/",
      "http://169.254.169.254/latest/meta-data",
      "http://[::1]/",
      "http://[::ffff:127.0.0.1]/",
      "http://93.184.216.34/",
    ]
  ) {
    assertEquals(proposed(url), "it is an address, and may be a private one");
  }
  for (
    const url of [
      "http://localhost/",
      "http://intranet/",
      "http://db.internal/",
      "http://printer.local./",
      "http://a.localhost/",
      "http://1.0.168.192.in-addr.arpa/",
    ]
  ) {
    assertEquals(proposed(url), "its name is not public");
  }
  assertEquals(proposed("ftp://a.org/"), "it is neither http nor https");
  assertEquals(proposed("nonsense"), "it is not a URL");
  assertEquals(
    proposed("https://a.org/?key={{KEY}}"),
    "it would send a secret",
  );
});

Deno.test("proposeHost proposes nothing where a grant would not help", () => {
  const reason = 'Host "a.org" resolves to an address that is not public (x)';
  const found = proposeHost({ url: "https://a.org/", reason });
  assertEquals(found, { asked: "request https://a.org/", why: reason });
});

Deno.test("learn reaches no host while it learns, unless it is told to", async () => {
  const urls = ["https://a.org/", "https://b.org/"];
  const hosts = async (reachesHosts: boolean) => {
    const seen: SandboxConfig["allowNetwork"][] = [];
    const { grants, ended } = await learn((config) => {
      seen.push(config.allowNetwork);
      const granted = config.allowNetwork || [];
      const refused = urls.filter((url) =>
        granted === true || !granted.includes(new URL(url).host)
      );
      const error = new ExecutionFailed("Refused");
      const record = {
        ...noRecord(),
        denied: refused.map((one) => denied(one)),
      };
      return Promise.resolve(failed(error, record));
    }, { decide: () => "accept", reachesHosts });
    assertEquals(ended, "nothing left");
    const names = grants.map((one) => one.host);
    return { seen, names };
  };
  assertEquals(await hosts(false), {
    seen: [false],
    names: ["b.org", "a.org"],
  });
  assertEquals(await hosts(true), {
    seen: [false, ["b.org"], ["b.org", "a.org"]],
    names: ["b.org", "a.org"],
  });
});
