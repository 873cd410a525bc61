import { isCommon } from "../../../adapters/passwords/common";

it("what everybody tries first is known, however it is written", () => {
	for (const each of ["password", "PassWord1", "12345678", "iloveyou1", "qwertyuiop", "ｐａｓｓｗｏｒｄ"])
		expect(isCommon(each)).toBe(true);
	for (const each of ["seven wild swans", "", "constructor", "__proto__"]) expect(isCommon(each)).toBe(false);
});
