local t = require "harness"
local json = require "native.json"
local cassette = require "lofty.traffic.cassette"
local curl = require "lofty.traffic.curl"
local exchange = require "lofty.traffic.exchange"
local invent = require "lofty.traffic.invent"
local personal = require "lofty.traffic.personal"
local replies = require "lofty.replies"
local operations = require "lofty.operations"

t.test("what a text becomes depends on its field, and on itself", function()
  local visit = invent.visitor()
  local cases = {
    { "firstName", "Nora", "Person1" }, { "leadName", "Nora  Ashby", "Person1  Person2" },
    { "lastName", "ashby", "Person2" }, { "assignee", "Nora.Ashby@Example.com", "person1@example.com" },
    { "emails", "nora.ashby@example.com", "person1@example.com" }, { "phones", "+1 (650) 253-0000", "+1 (200) 555-0101" },
    { "leadPhone", "6502530000", "2005550101" }, { "key", "650-253-0000", "200-555-0101" },
    { "content", "Call Nora", "Text 1" }, { "content", "Call Nora", "Text 1" }, { "note", "other", "Text 2" },
    { "streetAddress", "7 Oak Lane", "1 Example Street" }, { "zipCode", "94110", "00001" }, { "city", "Bath", "Exampleton 1" },
    { "birthday", "Jun 5, 2001", "Jan 2, 1970" }, { "headUrl", "https://cdn.test/nora.jpg", "https://example.com/1" },
    { "stage", "New Lead", "New Lead" }, { "tagName", "Buyer", "Buyer" }, { "source", "Website", "Website" },
    { "createTime", "2026-11-22T03:24:11+00:00", "2026-11-22T03:24:11+00:00" }, { "state", "CA", "CA" },
    { "closedAt", "2026-11-22 03", "2026-11-22 03" }, { "timeZoneCode", "America/New_York", "America/New_York" },
    { "referredBy", "N/A", "N/A" }, { "city", "", "" }, { "companyName", "Blue Door", "Blue Door" },
    { "label", "write to Bo@Clients.test, or +44 20 7946 0958!", "write to person2@example.com, or +44 20 0555 0102!" },
    { "callbackUrl", "https://me:pw@h.example.com/x?a=1&token=abc&b=2", "https://secret-1@h.example.com/x?a=1&token=secret-2&b=2" },
    { "client_secret", "abc", "secret-2" }, { "scrollId", "eyJhbGciOi.eyJzdWIi.c2ln", "secret-3" },
  }
  for _, case in ipairs(cases) do
    t.equal(personal.map(personal.kind(case[1], nil, nil, true), case[2], visit), case[3], case[1] .. " " .. case[2])
  end
end)

t.test("a name is a person's where there is an address or number beside it", function()
  local visit = invent.visitor()
  local body = exchange.map_body('{"tags":[{"name":"Buyer"}],"agent":{"name":"Bo Li","phone":"6502530000"}}', visit, false)
  t.equal(body.json, { tags = { { name = "Buyer" } }, agent = { name = "Person1 Person2", phone = "2005550101" } })
  t.equal(exchange.map_body('{"message":"no such lead"}', visit, false).json.message, "no such lead")
  t.equal(exchange.map_body('{"message":"hello"}', visit, true).json.message, "Text 1")
end)

t.test("a thousand values get a thousand stand-ins", function()
  local visit, seen = invent.visitor(), {}
  for _, class in ipairs { "name", "email", "phone", "street", "city", "zip", "text", "url", "secret", "date" } do
    for number = 1, 1000 do
      local key = ("%010d"):format(number)
      local stand_in = visit(class, key, key)
      t.ok(not seen[class .. stand_in], class .. " " .. stand_in)
      seen[class .. stand_in] = true
      if class == "phone" then t.ok(stand_in:find("^[2-9]%d%d55501%d%d$"), stand_in) end
    end
  end
end)

t.test("numbers keep every digit, nulls and empty lists stay", function()
  local body = '{"a":[],"b":{},"c":null,"emails":[],"f":0.1,"leadId":9223372036854775807}'
  t.equal(exchange.body_text(exchange.map_body(body, invent.visitor(), false)), body)
  t.equal(exchange.map_body('{"phone":6502530000}', invent.visitor(), false).json.phone, 2005550101)
  t.equal(exchange.body_text(exchange.map_body("\xFF\0a", invent.visitor(), false)), "\xFF\0a")
  t.equal(exchange.map_body('{"leadId":5,"firstName":"Nora","emails":["n@clients.te', invent.visitor(), false).text,
    '{"leadId":5,"firstName":"Person1","emails":["person1@example.com')
end)

t.test("JSON is taken for free of secrets only where nothing would be replaced", function()
  local cases = {
    ['{"content":"Call Nora","leadId":5}'] = true, ['[5,"token","a:b",":"]'] = true, ['{}'] = true,
    ['{"password":"x"}'] = false, ['{"a":[{"b" : {"apiKey" :"x"}}]}'] = false, ['{"x":"v",":secret":"s"}'] = false,
    ['{"x":":","token":"s"}'] = false, ['{"pass\\u0077ord":"x"}'] = false, ['{"a":"see eyJhb.cd"}'] = false,
    ['{"a":"https://u:p@h.test/"}'] = false, ['{"a":"https:\\/\\/u:p@h.test"}'] = false,
  }
  for text, free in pairs(cases) do
    local found = false
    exchange.map_body(text, personal.secrets_only(function() found = true end), true)
    t.equal(personal.holds_no_secret(text), free, text)
    t.ok(not (free and found), text)
  end
end)

t.test("targets are taken apart", function()
  local visit = invent.visitor()
  t.equal(exchange.map_target("/v1.0/members/bo%40clients.test", visit), "/v1.0/members/person1%40example.com")
  t.equal(exchange.map_target('/x?email=bo%40clients.test&limit=5&f=%7B%22phone%22%3A%226502530000%22%7D', visit),
    "/x?email=person1%40example.com&limit=5&f=%7B%22phone%22%3A%222005550101%22%7D")
end)

t.test("every text an operation has is known to be personal or not", function()
  -- Names that would go through although they look like a person's; whoever adds a field decides about it here.
  local fine = { groupName = true, pondName = true, roleName = true, attributeName = true,
    pageName = true, multiTeamName = true, companyName = true, seatTypeName = true,
    tagName = true, sourceName = true, permissionProfileName = true, assigneeGroupName = true,
    subDivisionName = true, agentOrgName = true, coAgentOrgName = true, name = true, buildingName = true }
  local function look(name, spec)
    if type(spec) ~= "table" then return end
    for member, inner in pairs(spec.fields or {}) do look(member, inner) end
    if spec.of then look(name, spec.of) end
    if spec.type ~= "string" or spec.enum or fine[name] then return end
    local lower = name:lower()
    if lower:find("name$") or lower:find("email$") or lower:find("phone$") or lower:find("address$") then
      t.ok(personal.kind(name, nil, nil, true), name .. " is not in the list")
    end
  end
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    for _, param in ipairs(row.params or {}) do look(param.name, param) end
    for member, spec in pairs(row.query or {}) do look(member, spec) end
    look("body", row.body)
    look("reply", replies.of(row))
  end
end)

t.test("words are safe from the shell and the terminal", function()
  for word, quoted in pairs {
    ["/v1.0/leads"] = "/v1.0/leads", [""] = "''", ["a b"] = "'a b'", ["it's"] = [['it'\''s']], ["$x`y`\\"] = [['$x`y`\']],
    ["a\nb"] = "'a\nb'", ["\27[2J"] = [[''"$(printf '\033')"'[2J']], ["é漢"] = "'é漢'",
    ["\xFF"] = [[''"$(printf '\377')"'']], ["\xC2\x9B"] = [[''"$(printf '\302')"''"$(printf '\233')"'']],
  } do
    t.equal(curl.quote(word), quoted, word)
  end
end)

t.test("a cassette reads as it was written, up to its last whole recording", function()
  local entries = {
    { cassette = 1, program = "loftyrun", started = 5, seed = 7 },
    { request = { method = "GET", target = "/a" }, reply = { status = 200, json = { x = "}\n{" } }, clock = { 1, 2 } },
    { request = { method = "POST", target = "/b", text = "}" }, failure = { code = "TIMEOUT", message = "m", sent = true } },
    { ["end"] = { calls = 2 } },
  }
  local text = ""
  for _, entry in ipairs(entries) do text = text .. cassette.write(entry) end
  local read = cassette.read(text)
  t.equal(read.head, entries[1])
  t.equal(#read.calls, 2)
  t.equal(cassette.whole(read.calls[1]), entries[2])
  t.equal(cassette.whole(read.calls[2]), entries[3])
  t.equal(read.finish, entries[4])
  for cut = 1, #text - 1 do
    local part, wrong = cassette.read(text:sub(1, cut))
    t.ok(part and #part.calls <= 2 and not part.finish or wrong == "it is no cassette", "cut at " .. cut)
  end
  t.equal(select(2, cassette.read('{\n  "cassette": 1,\n  "started": 1\n}\n[]\n}\n')),
    "the recording that begins at line 5 cannot be understood")
  t.ok(json.decode(cassette.write(entries[2])), "JSON")
end)

