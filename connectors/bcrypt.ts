/** As passlib writes bcrypt: what both panels keep of an admin's password. */
const HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

export const isBcrypt = (text: string): boolean => HASH.test(text);
