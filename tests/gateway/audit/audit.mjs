// Prints one line of JSON: how each check of the GraphQL-over-HTTP audit went. Arguments: address, token.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });
const results = await auditServer({ url, fetchFn });
console.log(JSON.stringify(results.map((one) => ({ id: one.id, name: one.name, status: one.status, reason: one.reason }))));
