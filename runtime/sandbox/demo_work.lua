--- The demo seed's tasks, notes and webhook subscriptions. Read by demo.lua.

local M = {}

-- Each row: lead's last name, type, content, hours from now to the end, more. `today` ends before the day does.
-- `smart` marks what a Smart Plan made: no reply shows it, the refusal to finish it is how one learns.
M.tasks = {
  { "Ashby", "Call", "Welcome call", -70 },
  { "Thornton", "Email", "Send neighborhood guide", -50 },
  { "Brandt", "Call", "Second attempt", -30 },
  { "Oyelaran", "Text", "Ask which weekend suits for a tour", -27 },
  { "Greer", "Other", "Collect pre-approval letter", -120 },
  { "Dahl", "Call", "Check whether the search area still fits", -340 },
  { "Tanaka", "Email", "Day 3: market snapshot", -26, smart = true },
  { "Castellano", "Call", "Day 1: introduction", -49, smart = true },
  { "Kruse", "Text", "Day 14: still selling?", -200, smart = true },
  { "Larkin", "Call", "Go over the counter-offer", 2, today = true },
  { "Desrosiers", "Email", "Send the two new listings", 4, today = true },
  { "Haddad", "Text", "Day 2: reminder of the open house", 3, today = true, smart = true },
  { "Venning", "Call", "Price opinion follow-up", 30 },
  { "Johnston", "Email", "Lender introduction", 54 },
  { "Lehtinen", "Text", "Day 30: checking in", 78, smart = true },
  { "Petrakis", "Other", "Order home inspection", 100 },
  { "Amaral", "Appointment", "Listing presentation", 49, hours = 1, address = "14 Harbor Street, Portland, ME" },
  { "Johnston", "Appointment", "Showing at Cedar Lane", 26, hours = 2, address = "88 Cedar Lane, Portland, ME" },
  { "Obi", "Appointment", "Closing dinner", -700, hours = 2, address = "3 Wharf Road, Portland, ME", finished = -699 },
  { "Petrakis", "Call", "Confirm financing", -90, finished = -92 },
  { "Marchetti", "Email", "Send comparable sales", -1500, finished = -1490 },
  { "Doyle", "Call", "Anniversary call", -2000, finished = -2001 },
  { "Qureshi", "Text", "Ask about school districts", -2300, finished = -2299 },
  { "Fairley", "Call", "Introduce the new agent", -60 },
  { "Winslow", "Other", "Chase the appraisal", 20 },
  { "Moss", "Call", "Private follow-up", -12 },
}

-- Each row: lead's last name, hours ago, content, more.
M.notes = {
  { "Greer", 70, "Prefers a fenced yard; budget confirmed with spouse." },
  { "Greer", 300, "Met at the spring open house.", pinned = true },
  { "Johnston", 45, "Pre-approved, letter expected by the end of the week.", pinned = true },
  { "Venning", 900, "Wants to list after the school year." },
  { "Larkin", 20, "Counter-offer sent, waiting for the seller." },
  { "Larkin", 26, "Property viewed twice on the site.", system = true },
  { "Solberg", 2900, "Asked not to be called or texted." },
  { "Petrakis", 50, "Inspection window closes in ten days." },
  { "Castellano", 90, "Referred by a past client.", system = true },
}

-- Eleven of a quota of twelve. The hosts tell which are still wanted: old-crm is a system that was switched off,
-- tunnel somebody's laptop; the last belongs to a partner's application and is not ours to delete.
M.webhooks = {
  { 2, "https://hooks.example.com/lofty/leads" },
  { 10, "https://hooks.example.com/lofty/tasks" },
  { 12, "https://hooks.example.com/lofty/stages" },
  { 2, "https://old-crm.example.com/in/leads" },
  { 5, "https://old-crm.example.com/in/transactions" },
  { 9, "https://old-crm.example.com/in/notes" },
  { 3, "https://tunnel-7f3a.example.net/debug" },
  { 2, "https://hooks.example.com/lofty/leads" },
  { 6, "https://calls.example.com/lofty" },
  { 8, "https://texts.example.com/lofty", limit = 500, mode = 1 },
  { 2, "https://partner.example.org/lofty/sync", partner = true },
}

return M
