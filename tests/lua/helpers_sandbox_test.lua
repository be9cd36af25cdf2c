-- sandbox: demo
-- The helpers against the sandbox, with its gap after a create and its merges.
local t = require "harness"
local lofty = require "lofty"
local leads, notes = lofty.leads, lofty.notes

local NORA = 651095960136641

local function tag_names(lead)
  local names = {}
  for index, tag in ipairs(lead.tags) do names[index] = tag.tagName end
  table.sort(names)
  return names
end

t.test("a new lead is read as soon as Lofty shows it, tagged at once", function()
  local id = leads.create({ firstName = "Ada", emails = { "ada.wait@example.com" } }).leadId
  t.equal(leads.add_tags(id, { "vip" }), { "vip" })
  t.equal(tag_names(leads.wait(id)), { "vip" })
  t.fails("LEAD_NOT_EXIST", leads.wait, 5, { timeout = 0 })
end)

t.test("tags come and go, and the others stay", function()
  t.equal(leads.add_tags(NORA, { "Buyer", "vip" }), { "vip" })
  t.equal(tag_names(leads.get(NORA)), { "Buyer", "vip" })
  t.equal(leads.remove_tags(NORA, { "Buyer", "none" }), { "Buyer" })
  t.equal(tag_names(leads.get(NORA)), { "vip" })
  t.equal(leads.set_tags(NORA, { "a", "b" }).before, { "vip" })
  t.equal(leads.set_tags(NORA, {}).after, {})
end)

t.test("people are found however they are written", function()
  t.equal(leads.find({ email = "NORA.ashby@Example.com" }).leadId, NORA)
  t.equal(leads.find({ phone = "(207) 555-0111" }).leadId, NORA)
  t.equal(leads.find { email = "ashby@example.com" }, nil)
end)

t.test("find_or_create makes one lead, however often it is called", function()
  local fields = { firstName = "Zoe", emails = { "zoe@example.com" }, phones = { "(207) 555-0177" },
    tagsAdd = { "web" } }
  local first = leads.find_or_create(fields)
  t.equal({ first.created, first.merged }, { true, false })
  t.equal(leads.find_or_create(fields), { leadId = first.leadId, created = false, merged = false })
  local again = leads.find_or_create { firstName = "Z", phones = { "+1 207 555 0177" }, tagsAdd = { "phone" } }
  t.equal(again.leadId, first.leadId)
  t.equal(#leads.find_all { email = "zoe@example.com", phone = "2075550177" }, 1)
  t.equal(tag_names(leads.get(first.leadId)), { "phone", "web" })
  t.fails("AMBIGUOUS", leads.find_or_create,
    { firstName = "Z", emails = { "nora.ashby@example.com", "zoe@example.com" } })
end)

t.test("a merge that no search foresaw is found out", function()
  -- The look-up before the create finds nobody, as if somebody else made the lead just afterwards.
  local each, looks = leads.each, 0
  leads.each = function(query)
    looks = looks + 1
    return looks == 1 and each { email = "nobody@example.com", preciseSearchFlag = true } or each(query)
  end
  local result = leads.find_or_create({ firstName = "N", emails = { "nora.ashby@example.com" } }, { timeout = 0.3 })
  leads.each = each
  t.equal(result, { leadId = NORA, created = false, merged = true })
end)

t.test("a note keeps its pin", function()
  local id = notes.create({ leadId = NORA, content = "Hello", isPin = true }).noteId
  t.equal(notes.wait(id).content, "Hello")
  t.equal(notes.edit(id, { content = "Changed" }).content, "Hello")
  local note = notes.get(id)
  t.equal({ note.content, note.isPin }, { "Changed", true })
  t.equal({ notes.unpin(id), notes.unpin(id), notes.pin(id) }, { true, false, true })
  t.equal(notes.get(id).content, "Changed")
end)

t.test("a manual log is read as soon as Lofty shows it", function()
  local made = lofty.manual_logs.create { leadId = NORA, logType = "logText", content = "Hello" }
  t.equal(lofty.manual_logs.wait(made.id).content, "Hello")
end)

t.test("transactions of all types", function()
  local all, purchases = lofty.transactions.list_all(), lofty.transactions.each():collect()
  t.ok(#all > #purchases and #purchases > 0)
  t.equal(#lofty.transactions.each_all():collect(), #all)
end)

t.test("a part of a property address changes alone", function()
  local deal = lofty.transactions.list_all()[1]
  local edit = lofty.transactions.edit_property_address
  edit(deal.leadId, deal.transactionId, { streetAddress = "12 Mill Road", city = "Portland" })
  t.equal(edit(deal.leadId, deal.transactionId, { unit = "4B" }).city, "Portland")
  local address = lofty.transactions.get_property_address(deal.leadId, deal.transactionId)
  t.equal({ address.streetAddress, address.city, address.unit }, { "12 Mill Road", "Portland", "4B" })
end)

