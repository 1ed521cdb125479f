/** Why nothing is compared. */
export const noLastDrop = 'there is no last good drop to compare with yet';
