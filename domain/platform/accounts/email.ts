/** What the mappings of migrations know as well stands in domain/text. */

export { canonicalEmail } from "../../text/email";
