-- Who knows only Lofty's documentation finds an operation: by its address, by the id of the operation, by words, and with
-- some of the letters wrong.
local t = require "harness"
local operations = require "lofty.operations"
local search = require "lofty.manual.search"

t.test("method and path name one operation, whatever stands for the ids", function()
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    local filled = row.path:gsub("{type}", "1"):gsub("{calendarId}", "12-task"):gsub("{%w+Id}", "651")
    for _, path in ipairs { row.path, filled, filled .. "/", filled .. "?limit=1" } do
      local found, exact = search.find(row.method:lower() .. " " .. path)
      t.equal(found, { name }, path)
      t.equal(exact, true, path)
    end
  end
end)

t.test("a path alone names all that is there", function()
  local found, exact = search.find("/v2.0/tasks/{id}")
  t.equal(found, { "tasks.delete", "tasks.get", "tasks.update" })
  t.equal(exact, true)
end)

t.test("a path that is not quite right is a guess", function()
  for topic, name in pairs {
    ["GET /v1.0/lead"] = "leads.list", ["GET /v1.0/webhok"] = "webhooks.create", ["PATCH /v1.0/notes"] = "notes.create",
  } do
    local found, exact = search.find(topic)
    t.equal(exact, false, topic)
    t.ok(table.concat(found, " "):find(name, 1, true), topic)
  end
  t.equal(search.find("/nothing/of/the/kind/at/all"), {})
end)

t.test("a heading of the documentation names all that is under it", function()
  local found, exact = search.find("lead routing")
  t.equal(#found, 6)
  t.equal({ found[1], exact }, { "routing.get_default_rule", true })
  t.equal((search.find("Notes")), { "notes.create", "notes.delete", "notes.get", "notes.list", "notes.update" })
end)

t.test("an operation id is found however it is spelt, and helpers are found too", function()
  for topic, sure in pairs { getVendorInfo = true, getvendorinfo = true, ["get vendor info"] = false } do
    local found, exact = search.find(topic)
    t.equal({ found[1], exact }, { "vendors.list", sure }, topic)
  end
  local found, exact = search.find("Search by Agent")
  t.equal({ found[1], exact }, { "messages.list_by_agent", false })
  t.ok(table.concat(found, " "):find("messages.search_by_agent", 1, true))
  t.ok(table.concat(search.find("add tag"), " "):find("leads.add_tags", 1, true))
  t.equal(search.find("pin a note")[1], "notes.pin")
end)

--- What is found first, or among the first few.
local FIRST = {
  addTask = "tasks.create", finishTask = "tasks.finish", getAssigneeInfo = "leads.preview_routing",
  listLeadPonds = "team.list_ponds", sendSms = "messages.send_sms",
  getVendorInfo = "vendors.list", list_4 = "leads.list", add_2 = "manual_logs.create",
  ["create a task"] = "tasks.create", ["creat taks"] = "tasks.create", ["delete note"] = "notes.delete",
  ["update transacton"] = "transactions.update", ["my tasks"] = "tasks.mine", ["send text"] = "messages.send_sms",
  ["new webhook"] = "webhooks.create", ["remove lead"] = "leads.delete",
  ["add working leads"] = "sales_agent.add_working_leads", ["call recording"] = "calls.get_recording_url",
  ["deactivate agent"] = "agents.deactivate", ["permission profiles"] = "organization.list_permission_profiles",
}

t.test("words and operation ids find what they say", function()
  for topic, name in pairs(FIRST) do
    t.equal(search.find(topic)[1], name, topic)
  end
  for topic, name in pairs {
    listTask = "tasks.list", ["lead ponds"] = "team.list_ponds", getMembers = "members.list",
    getCommunicationCallV2 = "messages.list_calls_v2", getTaskById = "tasks.get",
    ["get the tags of the team"] = "team.list_tags",
    ["list leads for an agent"] = "leads.list", ["who gets the lead"] = "leads.get",
  } do
    t.ok(table.concat(search.find(topic), " "):find(name, 1, true), topic)
  end
end)

t.test("words of something else find nothing", function()
  for _, topic in ipairs { "xyzzy plugh", "", " ", "123456789", "{}", "%s" } do
    t.equal(search.find(topic), {}, topic)
  end
end)

