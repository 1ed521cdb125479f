'use strict';

const { parse } = require('yaml');
const { settingsOf } = require('../domain/stage-settings.ts');

/** JSON of a YAML file with its settings for a stage. */
const stageJson = (text, stage) => JSON.stringify(settingsOf(parse(text, { merge: true }), stage));

module.exports = { stageJson };
