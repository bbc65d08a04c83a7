/** What runs in the one executable: the command line, or its controller where the program itself asks for it. */
import { takePart } from "../src/node/program.ts";

if (takePart(process.argv) === "controller") void import("../controller/main.ts");
else void import("../cli/main.ts");
