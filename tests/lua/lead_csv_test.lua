local t = require "harness"
local lead_csv = require "lofty.lead_csv"

local HEADER = { "First Name", "Surname", "E-mail", "Email 2", "Cell Phone", "Tags", "Do Not Call", "Zip", "Remarks" }

local function columns(header, map, ignore) return lead_csv.columns(header, map or {}, ignore or {}) end

local function refused(pattern, ...)
  local found, why = columns(...)
  t.equal(found, nil)
  t.matches(why, pattern)
end

t.test("columns are known by their names", function()
  t.equal(columns(HEADER), { "firstName", "lastName", "emails", "emails", "phones", "tagsAdd", "cannotCall", "zipCode" })
end)

t.test("columns that are named take the place of those that are known", function()
  t.equal(columns({ "First Name", "Mail", "Email" }, { "emails=Mail" }), { "firstName", "emails" })
  t.equal(columns({ "First Name", "Email", "Phone" }, {}, { "Phone" }), { "firstName", "emails", false })
  t.equal(columns({ "First Name", "Email", "a=b" }, { "source=a=b" }), { "firstName", "emails", "source" })
  t.equal(columns({ "First Name", "Email", "Mail" }, { "emails=Mail", "emails=Email" }), { "firstName", "emails", "emails" })
end)

t.test("what cannot be told is refused", function()
  refused("first name", { "Email" })
  refused("addresses or numbers", { "First Name" })
  refused("may both be firstName", { "First Name", "Given Name", "Email" })
  refused("no column \"Mail\"", { "First Name", "Email" }, { "emails=Mail" })
  refused("two columns", { "First Name", "Email", "Email" }, { "emails=Email" })
  refused('did you mean "emails"', { "First Name", "Email" }, { "email=Email" })
  refused("not FIELD=COLUMN", { "First Name", "Email" }, { "Email" })
  refused("one column only", { "A", "B", "Email" }, { "firstName=A", "firstName=B" })
  refused("named twice", { "A", "Email" }, { "firstName=A", "lastName=A" })
end)

local function read(...) return lead_csv.read({ ... }, columns(HEADER)) end

t.test("cells become what their fields need", function()
  t.equal(read(" Zoë ", "Brontë", "zoe@Example.com; z@example.org", "zb@example.com", '="2075550199"', "Buyer;Open, House",
    "Yes", "04101", "x"), {
    firstName = "Zoë", lastName = "Brontë", emails = { "zoe@example.com", "z@example.org", "zb@example.com" },
    phones = { "2075550199" }, tagsAdd = { "Buyer", "Open, House" }, cannotCall = true, property = { zipCode = "04101" },
  })
  t.equal(read("A", "", "a@example.com", "", "", "", "no", "", ""), { firstName = "A", emails = { "a@example.com" },
    cannotCall = false })
end)

t.test("a bad cell makes a bad row, and is not repeated", function()
  for pattern, cells in pairs {
    ["^emails is not"] = { "A", "B", "secret", "", "", "", "", "", "" },
    ["^phones is not"] = { "A", "B", "", "", "555-0199", "", "", "", "" },
    ["^firstName has more than the 30"] = { ("é"):rep(31), "B", "a@example.com", "", "", "", "", "", "" },
    ["^firstName is empty"] = { " ", "B", "a@example.com", "", "", "", "", "", "" },
    ["^has neither"] = { "A", "B", "", "", "", "", "", "", "" },
    ["^cannotCall is none of"] = { "A", "B", "a@example.com", "", "", "", "maybe", "", "" },
    ["^tagsAdd has more"] = { "A", "B", "a@example.com", "", "", ("x"):rep(65), "", "", "" },
  } do
    local lead, why = read(table.unpack(cells))
    t.equal(lead, nil)
    t.matches(why, pattern)
    t.equal(why:find("secret", 1, true), nil)
  end
end)

t.test("days, types, languages and ids", function()
  local function field(name, text)
    local lead, why = lead_csv.read({ "A", "a@example.com", text }, columns({ "First Name", "Email", "X" }, { name .. "=X" }))
    return lead and lead[name], why
  end
  t.equal(field("birthday", "1990-02-03"), "Feb 3, 1990")
  t.equal(field("birthday", "Jun 5, 2001"), "Jun 5, 2001")
  t.equal(field("leadTypes", "Buyer; seller"), { 2, 1 })
  t.equal(field("language", "zh-cn"), "zh-CN")
  t.equal(field("assignedUserId", "9007199254740993"), 9007199254740993)
  for name, text in pairs { birthday = "2/3/1990", leadTypes = "2", language = "xx", assignedUserId = "9e5" } do
    local value, why = field(name, text)
    t.equal(value, nil)
    t.matches(why, "^" .. name)
  end
  t.equal(select(2, field("birthday", "1990-02-30")), "birthday is a day that does not exist")
  t.equal(select(2, field("birthday", "1990-13-01")), "birthday is a day that does not exist")
end)

