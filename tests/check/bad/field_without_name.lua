local lofty = require "lofty"
lofty.notes.create { 651095960136641, content = "Called" }
--: 2:22 notes.create: unknown field [1]: every value needs a name
--: said
