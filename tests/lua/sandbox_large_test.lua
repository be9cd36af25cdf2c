-- The large:N seed: a million leads that cost nothing until they are changed.
local t = require "harness"
local box = require "sandbox_box"

t.test("scrolling sees N different leads in order", function()
  local b = box.new "large:1003"
  local page = b:ok("GET", "/v1.0/leads", { limit = 100 })
  t.equal(page._metadata.total, 1003)
  local seen, count, last = {}, 0, "9999"
  while #page.leads > 0 do
    for _, lead in ipairs(page.leads) do
      t.ok(not seen[lead.leadId] and lead.createTime <= last)
      seen[lead.leadId], last, count = true, lead.createTime, count + 1
    end
    page = b:ok("GET", "/v1.0/leads", { scrollId = page._metadata.scrollId })
  end
  t.equal(count, 1003)
end)

t.test("a filter counts what its pages hold", function()
  local b = box.new "large:2000"
  local page = b:ok("GET", "/v1.0/leads", { limit = 100, stage = "Hot" })
  local total, count = page._metadata.total, 0
  t.ok(total > 50 and total < 300)
  while #page.leads > 0 do
    for _, lead in ipairs(page.leads) do
      t.equal(lead.stage, "Hot")
      count = count + 1
    end
    page = b:ok("GET", "/v1.0/leads", { scrollId = page._metadata.scrollId })
  end
  t.equal(count, total)
end)

t.test("changes to a computed lead are kept", function()
  local b = box.new "large:1000000"
  local lead = b:ok("GET", "/v1.0/leads", { limit = 1, offset = 765432 }).leads[1]
  local path = "/v1.0/leads/" .. lead.leadId
  t.equal(b:ok("GET", path).lead, lead)
  b:ok("PUT", path, nil, { stage = "Hot", tags = { "Kept" } })
  local after = b:ok("GET", path).lead
  t.equal(after.stage, "Hot")
  t.equal(after.tags[1].tagName, "Kept")
  t.equal(after.emails, lead.emails)
  b:ok("DELETE", path, { reason = "test" })
  t.equal(b:ok("GET", "/v1.0/leads", { limit = 1 })._metadata.total, 999999)
  t.ok(b:ok("GET", "/v1.0/leads", { limit = 1, offset = 765432 }).leads[1].leadId ~= lead.leadId)
end)

t.test("duplicates of computed leads merge", function()
  local b = box.new "large:50000"
  local lead = b:ok("GET", "/v1.0/leads", { limit = 1, offset = 49000 }).leads[1]
  for _, body in ipairs { { emails = { lead.emails[1]:upper() } }, { phones = { lead.phones[1] } } } do
    body.firstName, body.tagsAdd = "Again", { "Merged" }
    local id = b:ok("POST", "/v1.0/leads", nil, body).leadId
    t.equal((b:refused("GET", "/v1.0/leads/" .. id)), 404)
  end
  local names = box.pluck(b:ok("GET", "/v1.0/leads/" .. lead.leadId).lead.tags, "tagName")
  t.equal(names[#names], "Merged")
end)

t.test("a million leads cost no memory to scroll", function()
  local b = box.new "large:1000000"
  local page = b:ok("GET", "/v1.0/leads", { limit = 100 })
  collectgarbage()
  local before = collectgarbage("count")
  for _ = 1, 30 do
    page = b:ok("GET", "/v1.0/leads", { scrollId = page._metadata.scrollId })
  end
  page = nil -- luacheck: ignore
  collectgarbage()
  t.ok(collectgarbage("count") - before < 256)
end)

