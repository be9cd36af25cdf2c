-- lofty.contact: addresses and numbers from what people type and paste.
local t = require "harness"
local contact = require("lofty").contact

-- text, digits (nil: refused)
local PHONES = {
  { "2075550111", "2075550111" }, { "12075550111", "2075550111" }, { "+12075550111", "2075550111" },
  { "+1 (207) 555-0111", "2075550111" }, { "207.555.0111", "2075550111" }, { "1-207-555-0111", "2075550111" },
  { " 207/555 0111\n", "2075550111" }, { "207\u{A0}555\u{2011}0111", "2075550111" },
  { "\u{202A}+12075550111\u{202C}", "2075550111" }, { "\u{FEFF}207\u{200B}5550111", "2075550111" },
  { "207\u{2013}555\u{2013}0111\u{2028}", "2075550111" },
  { "(+1) 207-555-0111", "2075550111" }, { "(+44) 20 7946 0958", "442079460958" },
  { "+44 (0)20 7946 0958" }, { "+44 ( 0 ) 20 7946 0958" }, { "(+44) (0) 20 7946 0958" }, { "(+1 207) 555-0111" },
  { "+44 20 7946 0958", "442079460958" }, { "+52 55 5555 0111", "525555550111" },
  { "" }, { "  " }, { "\u{200B}" }, { "555-0111" }, { "20755501112" }, { "+1 207 555 011" }, { "0075550111" },
  { "2070550111" }, { "1075550111" }, { "207-555-0111 x12" }, { "207-555-0111 ext. 12" }, { "2075550111#12" },
  { "1-800-FLOWERS" }, { "011 44 20 7946 0958" }, { "442079460958" }, { "++12075550111" }, { "207+5550111" },
  { "+4420" }, { "+0442079460958" }, { "+1234567890123456" }, { "2075550111, 2075550112" }, { "n/a" }, { "\xFF207" },
}

t.test("phone gives bare digits, or nil and why", function()
  for _, case in ipairs(PHONES) do
    local digits, why = contact.phone(case[1])
    t.equal(digits, case[2], case[1])
    t.equal(type(why), case[2] and "nil" or "string", case[1])
  end
end)

local EMAILS = {
  { "ada@example.com", "ada@example.com" }, { " Ada.Lane@Example.COM ", "Ada.Lane@example.com" },
  { "ada+web@mail.example.com", "ada+web@mail.example.com" }, { "o'hara@example.com", "o'hara@example.com" },
  { "\u{200B}ada@exam\u{AD}ple.com\u{2028}", "ada@example.com" }, { "\u{A0}ada@example.com\u{A0}", "ada@example.com" },
  { "ada@b\u{FC}cher.example", "ada@b\u{FC}cher.example" },
  { "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example" },
  { "" }, { "\u{FEFF}" }, { "ada" }, { "ada@" }, { "@example.com" }, { "ada@example" }, { "ada@@example.com" },
  { "ada@example..com" }, { "ada@.example.com" }, { "ada@example.com." }, { "ada@-example.com" },
  { ".ada@example.com" }, { "a..da@example.com" }, { "ada lane@example.com" }, { "ada@exam\u{A0}ple.com" },
  { "Ada <ada@example.com>" }, { "ada@example.com, bob@example.com" }, { "ada@example.com;bob@example.com" },
  { "mailto:ada@example.com" }, { "ada@example.c" }, { "ada@192.0.2.1" }, { ("a"):rep(65) .. "@example.com" },
  { "\xFFada@example.com" },
}

t.test("email gives the cleaned address, or nil and why", function()
  for _, case in ipairs(EMAILS) do
    local address, why = contact.email(case[1])
    t.equal(address, case[2], case[1])
    t.equal(type(why), case[2] and "nil" or "string", case[1])
  end
end)

t.test("what is wrong is said without repeating the text", function()
  for _, text in ipairs { "207-555-0111 x12", "2075550", "207x5550111", "\xFF2075550111" } do
    local _, why = contact.phone(text)
    t.ok(not why:find("2075550", 1, true) and not why:find("555", 1, true), why)
  end
  for _, text in ipairs { "ada@example", "Ada <ada@example.com>", "..ada@example.com" } do
    local _, why = contact.email(text)
    t.ok(not why:find("ada", 1, true) and not why:find("example", 1, true), why)
  end
end)

t.test("equal, however they are written", function()
  t.equal(contact.phones_equal("+1 207 555 0111", "(207) 555-0111"), true)
  t.equal(contact.phones_equal("2075550111", "2075550112"), false)
  t.equal(contact.phones_equal("2075550111", "2075550111 x5"), false, "an extension is another number")
  t.equal(contact.phones_equal("n/a", "n/a"), false, "two that are none")
  t.equal(contact.emails_equal("ADA@example.com", "ada@EXAMPLE.com "), true)
  t.equal(contact.emails_equal("ada@example.com", "bob@example.com"), false)
  t.equal(contact.emails_equal("", ""), false)
end)

t.test("clean drops what cannot be seen", function()
  t.equal(contact.clean("\u{2028}a\u{A0}b\u{200D}c\t\u{3000}"), "a bc")
  t.equal({ contact.clean("\xC3") }, { nil, "is not valid UTF-8" })
end)

t.test("mistakes point at the script", function()
  t.raises("helpers_contact_test.lua:%d+: lofty.contact.phone: expected a string, got integer 2075550111", function()
    contact.phone(2075550111)
  end)
  t.raises("lofty.contact.email: expected a string, got nothing", function() contact.email(nil) end)
  t.raises('lofty.contact has no operation "phones"; did you mean "phone"%?', function() return contact.phones end)
end)

