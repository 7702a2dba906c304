/** The agent's version as the hub and the status page show it. A test keeps it equal to package.json. */
export const VERSION = '0.1.0'
