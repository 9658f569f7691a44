// What stands beside the line: on a phone it is read while somebody looks at that.
export { About } from './About';
export { Related } from './related/Related';
